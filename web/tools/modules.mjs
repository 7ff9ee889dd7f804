// The modules that the first view needs, and their preload links in index.html.
//
//   node web/tools/modules.mjs    writes the links into the page
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

export const WEB = join(dirname(fileURLToPath(import.meta.url)), "..");
const PAGE = join(WEB, "index.html");
const BLOCK = /(<!-- preload: start -->\n)[^]*?( *<!-- preload: end -->)/;
// The view of somebody who comes for the first time.
const ENTRIES = ["main.js", "views/login.js"];

/** Return the addresses of the modules that have a name in the page. @returns {Record<string, string>} */
export function importMap() {
  const [, map] = /<script type="importmap">(.*?)<\/script>/s.exec(read("index.html")) ?? [];
  return JSON.parse(map).imports;
}

/** Return the paths of a module and of all that it imports, not of what it loads later. */
export function graph(entries = ENTRIES) {
  const imports = importMap();
  /** @type {Set<string>} */
  const found = new Set();
  const visit = (/** @type {string} */ path) => {
    if (found.has(path)) return;
    found.add(path);
    for (const [, name] of read(path).matchAll(/\bfrom\s*["']([^"']+)["']/g)) {
      if (name in imports) visit(imports[name].replace("/web/", ""));
      else if (name.startsWith(".")) visit(normalize(join(dirname(path), name)));
    }
  };
  entries.forEach(visit);
  return [...found];
}

function links() {
  // The largest first: what takes several round trips must not be the last to start.
  const names = graph()
    .filter((path) => path !== "main.js")
    .sort((a, b) => read(b).length - read(a).length || (a < b ? -1 : 1));
  return names.map((path) => `    <link rel="modulepreload" href="/web/${path}">\n`).join("");
}

/** Return the page with the links that it should have. */
export function page() {
  return read("index.html").replace(BLOCK, (_, start, end) => `${start}${links()}${end}`);
}

/** @param {string} path */
function read(path) {
  return readFileSync(join(WEB, path), "utf8");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(PAGE, page());

// Lets Node find what the import map of the page names: the modules in vendor/.
import { register } from "node:module";

import { importMap } from "./modules.mjs";

const addresses = Object.fromEntries(
  Object.entries(importMap()).map(([name, path]) => [
    name,
    new URL(`..${path.replace("/web/", "/")}`, import.meta.url).href,
  ]),
);
const hook = `const addresses = ${JSON.stringify(addresses)};
export const resolve = (name, context, next) => next(addresses[name] ?? name, context);`;

register(`data:text/javascript,${encodeURIComponent(hook)}`);

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { graph, page, WEB } from "../tools/modules.mjs";

const NAMESPACES = /https?:\/\/(www\.w3\.org|preactjs\.com)/;

test("the page preloads exactly the modules of the first view", () => {
  // node web/tools/modules.mjs writes them.
  assert.equal(readFileSync(join(WEB, "index.html"), "utf8"), page());
});

test("the first view loads no view that it does not show", () => {
  assert.deepEqual(
    graph().filter((path) => path.startsWith("views/")),
    ["views/login.js"],
  );
});

test("no file names another host", () => {
  for (const path of readdirSync(WEB, { recursive: true, encoding: "utf8" })) {
    if (
      !/\.(js|css|html|json|svg|webmanifest)$/.test(path) ||
      /^(node_modules|tests|vendor|package)/.test(path)
    )
      continue;
    const named = readFileSync(join(WEB, path), "utf8").match(/https?:\/\/[^\s"'`)]+/g) ?? [];
    assert.deepEqual(
      named.filter((address) => !NAMESPACES.test(address)),
      [],
      path,
    );
  }
});

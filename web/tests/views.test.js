import assert from "node:assert/strict";
import { test } from "node:test";

import "../tools/import-map.mjs";

Object.assign(globalThis, { location: { hash: "" } });
const { match } = await import("../views.js");

const PATTERNS = ["checks", "checks/:id", "staff/users"];

test("finds a view and its values", () => {
  assert.deepEqual(match(PATTERNS, "#/checks"), { name: "checks", params: {} });
  assert.deepEqual(match(PATTERNS, "#/checks/a%2Fb"), {
    name: "checks/:id",
    params: { id: "a/b" },
  });
  assert.deepEqual(match(PATTERNS, "#/staff/users?x=1"), { name: "staff/users", params: {} });
});

test("finds nothing for other addresses", () => {
  for (const hash of ["", "#", "#/", "#/checks/1/2", "#/nothing"]) {
    assert.equal(match(PATTERNS, hash), null);
  }
});

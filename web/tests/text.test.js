import assert from "node:assert/strict";
import { test } from "node:test";

import "../tools/import-map.mjs";

const { format } = await import("../text.js");

test("puts values into a text, and leaves unknown names", () => {
  assert.equal(format("{a} of {b}", { a: 1, b: "two" }), "1 of two");
  assert.equal(format("{a} {c}", { a: 0 }), "0 {c}");
});

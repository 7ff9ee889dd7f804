import assert from "node:assert/strict";
import { test } from "node:test";

import { cropBox } from "../photo/region.js";
import { fit } from "../photo/scale.js";

test("takes the central square without a region", () => {
  assert.deepEqual(cropBox(400, 300, null), { left: 50, top: 0, side: 300 });
});

test("shifts a region into the photo", () => {
  assert.deepEqual(cropBox(400, 300, { x: 0, y: 1, size: 0.5 }), { left: 0, top: 150, side: 150 });
});

test("scales down to what the service keeps, and never up", () => {
  assert.deepEqual(fit(4000, 3000), { width: 2048, height: 1536 });
  assert.deepEqual(fit(3000, 4000), { width: 1536, height: 2048 });
  assert.deepEqual(fit(640, 480), { width: 640, height: 480 });
});

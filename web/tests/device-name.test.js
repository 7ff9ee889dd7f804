import assert from "node:assert/strict";
import { test } from "node:test";

import { deviceName } from "../state/device-name.js";

test("names devices in short", () => {
  const pixel =
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/156.0 Mobile Safari/537.36";
  const phone =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605 Version/19.0 Safari/604";
  assert.equal(deviceName(pixel), "Chrome · Android");
  assert.equal(deviceName(phone), "Safari · iPhone");
  assert.equal(deviceName("curl/8.9"), "curl/8.9");
  assert.equal(deviceName(null), null);
});

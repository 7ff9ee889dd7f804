import assert from "node:assert/strict";
import { test } from "node:test";

import { HintFilter, issues } from "../photo/hints.js";
import { lab, measure } from "../photo/measures.js";

const SIDE = 256;

/** @param {(x: number, y: number) => number[]} colour */
function square(colour) {
  const pixels = new Uint8ClampedArray(SIDE * SIDE * 4);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) pixels.set([...colour(x, y), 255], (y * SIDE + x) * 4);
  }
  return pixels;
}

/** @param {number} x @param {number} y */
function noise(x, y) {
  return ((x * 7919 + y * 104729 + x * y * 31) % 17) - 8;
}

/** Skin with a spot. @param {number} radius in half sides @param {number} light */
const skin = (radius, light = 1, [left, top] = [0, 0]) =>
  square((x, y) => {
    const distance = Math.hypot(x / 128 - 1 - left, y / 128 - 1 - top);
    const base = distance < radius ? [115, 75, 65] : [205, 155, 145];
    return base.map((value) => light * (value + noise(x, y)));
  });

/** @param {Uint8ClampedArray} pixels */
const found = (pixels) => issues(measure(pixels, SIDE));

test("a good photo has no issue", () => assert.deepEqual(found(skin(0.5)), []));
test("a dark photo is dark", () => assert.equal(found(skin(0.5, 0.3))[0], "dark"));
test("a spot that is small is far", () => assert.deepEqual(found(skin(0.15)), ["far"]));
test("skin without a spot is far", () => assert.ok(found(skin(0)).includes("far")));
test("a spot in a corner is off centre", () =>
  assert.ok(found(skin(0.4, 1, [0.7, 0.7])).includes("off_centre")));

test("a blurred photo is blurred", () => {
  const blurred = square((x) => [150 + 40 * Math.sin(x / 40), 110, 100]);
  assert.ok(found(blurred).includes("blurred"));
});

test("a white spot is glare", () => {
  const shiny = square((x, y) =>
    x < 60 && y < 60 ? [255, 255, 255] : [180 + noise(x, y), 140, 130],
  );
  assert.ok(found(shiny).includes("glare"));
});

test("colours are converted as the service does", () => {
  const [lightness, red, yellow] = lab([255, 255, 255]);
  assert.ok(Math.abs(lightness - 100) < 0.01 && Math.abs(red) < 0.05 && Math.abs(yellow) < 0.05);
  const [, green] = lab([0, 255, 0]);
  assert.ok(Math.abs(green + 86.2) < 0.3);
});

test("a hint changes only when most frames agree", () => {
  const filter = new HintFilter(6);
  for (let frame = 0; frame < 6; frame++) assert.equal(filter.next("good"), "good");
  assert.equal(filter.next("dark"), "good");
  for (let frame = 0; frame < 4; frame++) filter.next("dark");
  assert.equal(filter.shown, "dark");
});

test("one frame takes less than the tenth of a second that ten a second leave", () => {
  const pixels = skin(0.5);
  measure(pixels, SIDE);
  const start = performance.now();
  for (let frame = 0; frame < 5; frame++) measure(pixels, SIDE);
  assert.ok((performance.now() - start) / 5 < 100);
});

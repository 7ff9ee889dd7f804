// The measures of image quality of the service (cnn_model/serving/measures.py), for live hints.
// Each gets the RGBA pixels of a square.

const WHITE = 245;
const BLUR = 5;
const SMALL = 64;
const RING = 4;

/**
 * @typedef {{brightness: number, glare_fraction: number, sharpness: number,
 *   border_contrast: number, lesion_area_fraction: number, contrast_offset: number}} Measured
 */

/**
 * Return the measures of a square of `side` by `side` pixels.
 * @param {Uint8ClampedArray} pixels
 * @param {number} side a multiple of 64
 * @returns {Measured}
 */
export function measure(pixels, side) {
  return { ...exposure(pixels), sharpness: sharpness(pixels, side), ...contrast(pixels, side) };
}

/** @param {Uint8ClampedArray} pixels */
function exposure(pixels) {
  const counts = new Uint32Array(256);
  let white = 0;
  for (let place = 0; place < pixels.length; place += 4) {
    const [red, green, blue] = [pixels[place], pixels[place + 1], pixels[place + 2]];
    counts[Math.max(red, green, blue)]++;
    if (Math.min(red, green, blue) >= WHITE) white++;
  }
  const count = pixels.length / 4;
  let [brightness, seen] = [0, counts[0]];
  while (brightness < 255 && seen < 0.95 * count) seen += counts[++brightness];
  return { brightness, glare_fraction: white / count };
}

/**
 * Return the fraction of the differences between neighbours that a blur removes, 0 to 1
 * (Crete et al. 2007).
 * @param {Uint8ClampedArray} pixels
 * @param {number} side
 */
function sharpness(pixels, side) {
  const luma = new Float32Array(side * side);
  for (let place = 0; place < luma.length; place++) {
    const at = place * 4;
    luma[place] = 0.299 * pixels[at] + 0.587 * pixels[at + 1] + 0.114 * pixels[at + 2];
  }
  const blurred = blur(blur(luma, side, side), side - BLUR + 1, side);
  const short = side - BLUR + 1;
  const left = steps(blurred, short, short);
  return Math.max(1 - left / Math.max(steps(luma, side, side), 1e-6), 0);
}

/**
 * Return the mean of each five neighbours down the columns, with rows and columns swapped.
 * @param {Float32Array} values
 * @param {number} columns
 * @param {number} rows
 */
function blur(values, columns, rows) {
  const count = rows - BLUR + 1;
  const result = new Float32Array(count * columns);
  for (let column = 0; column < columns; column++) {
    let total = 0;
    for (let row = 0; row < BLUR; row++) total += values[row * columns + column];
    for (let row = 0; row < count; row++) {
      result[column * count + row] = total / BLUR;
      total += (values[(row + BLUR) * columns + column] ?? 0) - values[row * columns + column];
    }
  }
  return result;
}

/** @param {Float32Array} values @param {number} columns @param {number} rows */
function steps(values, columns, rows) {
  let total = 0;
  for (let row = 0; row < rows; row++) {
    for (let place = row * columns + 1; place < (row + 1) * columns; place++) {
      total += Math.abs(values[place] - values[place - 1]);
    }
  }
  return total / (rows * (columns - 1));
}

/**
 * Return how much the picture differs from its border, and how much of it does so.
 * @param {Uint8ClampedArray} pixels
 * @param {number} side
 */
function contrast(pixels, side) {
  const colours = smooth(shrink(pixels, side)).map(lab);
  const isRing = (/** @type {number} */ place) => {
    const [x, y] = [place % SMALL, Math.floor(place / SMALL)];
    return Math.min(x, y) < RING || Math.max(x, y) >= SMALL - RING;
  };
  const ring = colours.filter((_, place) => isRing(place));
  const middle = [0, 1, 2].map((channel) =>
    quantile(
      ring.map((colour) => colour[channel]),
      0.5,
    ),
  );
  const distance = colours.map((colour) =>
    Math.hypot(colour[0] - middle[0], colour[1] - middle[1], colour[2] - middle[2]),
  );
  const most = quantile(
    distance.filter((_, place) => !isRing(place)),
    0.99,
  );
  const area = distance.flatMap((value, place) => (value > most / 2 ? [place] : []));
  return {
    border_contrast: most,
    lesion_area_fraction: area.length / distance.length,
    contrast_offset: offset(area),
  };
}

/** @param {number[]} cells places of cells @returns their centroid's distance, in half sides */
function offset(cells) {
  if (!cells.length) return 0;
  const half = SMALL / 2;
  const mean = (/** @type {(cell: number) => number} */ of) =>
    cells.reduce((sum, cell) => sum + (of(cell) - (SMALL - 1) / 2) / half, 0) / cells.length;
  return Math.hypot(
    mean((cell) => cell % SMALL),
    mean((cell) => Math.floor(cell / SMALL)),
  );
}

/** @param {Uint8ClampedArray} pixels @param {number} side @returns {number[][]} */
function shrink(pixels, side) {
  const block = side / SMALL;
  const cells = Array.from({ length: SMALL * SMALL }, () => [0, 0, 0]);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const cell = cells[Math.floor(y / block) * SMALL + Math.floor(x / block)];
      const at = (y * side + x) * 4;
      for (let channel = 0; channel < 3; channel++) cell[channel] += pixels[at + channel];
    }
  }
  return cells.map((cell) => cell.map((value) => value / (block * block)));
}

/** @param {number[][]} cells @returns {number[][]} a Gaussian of one cell, near enough */
function smooth(cells) {
  const weights = [0.061, 0.242, 0.394, 0.242, 0.061];
  const clamp = (/** @type {number} */ value) => Math.min(Math.max(value, 0), SMALL - 1);
  const along = (/** @type {number[][]} */ from, /** @type {boolean} */ isRow) =>
    from.map((_, place) => {
      const [x, y] = [place % SMALL, Math.floor(place / SMALL)];
      const sum = [0, 0, 0];
      weights.forEach((weight, step) => {
        const cell = isRow
          ? from[y * SMALL + clamp(x + step - 2)]
          : from[clamp(y + step - 2) * SMALL + x];
        for (let channel = 0; channel < 3; channel++) sum[channel] += weight * cell[channel];
      });
      return sum;
    });
  return along(along(cells, true), false);
}

const LINEAR = Float32Array.from({ length: 256 }, (_, value) => {
  const part = value / 255;
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
});

/** @param {number[]} colour in sRGB, 0 to 255 @returns {number[]} in CIELAB under D65 */
export function lab(colour) {
  const [red, green, blue] = colour.map((value) => LINEAR[Math.round(value)]);
  const curve = (/** @type {number} */ value) =>
    value > 216 / 24389 ? Math.cbrt(value) : ((24389 / 27) * value + 16) / 116;
  const x = curve((0.4124564 * red + 0.3575761 * green + 0.1804375 * blue) / 0.95047);
  const y = curve(0.2126729 * red + 0.7151522 * green + 0.072175 * blue);
  const z = curve((0.0193339 * red + 0.119192 * green + 0.9503041 * blue) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** @param {number[]} values @param {number} part */
function quantile(values, part) {
  const sorted = Float64Array.from(values).sort();
  const place = part * (sorted.length - 1);
  const low = Math.floor(place);
  return sorted[low] + (place - low) * ((sorted[low + 1] ?? sorted[low]) - sorted[low]);
}

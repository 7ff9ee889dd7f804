// What the photo would lack, while the person is taking it.

/** The limits of the service (cnn_model/serving/quality.py), for clinical photos. */
export const LIMITS = {
  dark: 80,
  glare: 0.01,
  blurred: 0.3,
  small: 0.045,
  contrast: 9,
  offset: 0.83,
};

/** @typedef {"dark" | "glare" | "blurred" | "far" | "off_centre" | "good"} Hint */

/**
 * Return everything that the photo lacks, the most important first.
 * @param {import("./measures.js").Measured} measured
 * @returns {Hint[]}
 */
export function issues(measured) {
  /** @type {[Hint, boolean][]} */
  const found = [
    ["dark", measured.brightness < LIMITS.dark],
    ["glare", measured.glare_fraction > LIMITS.glare],
    ["blurred", measured.sharpness < LIMITS.blurred],
    [
      "far",
      measured.lesion_area_fraction < LIMITS.small || measured.border_contrast < LIMITS.contrast,
    ],
    ["off_centre", measured.contrast_offset > LIMITS.offset],
  ];
  return found.filter(([, is]) => is).map(([hint]) => hint);
}

/** Steady hints: one that appears in most of the last frames. */
export class HintFilter {
  /** @param {number} frames */
  constructor(frames = 6) {
    this.frames = frames;
    /** @type {Hint[]} */
    this.seen = [];
    /** @type {Hint} */
    this.shown = "good";
  }

  /** @param {Hint} hint of the newest frame @returns {Hint} */
  next(hint) {
    this.seen = [...this.seen, hint].slice(-this.frames);
    const count = this.seen.filter((each) => each === hint).length;
    if (count * 2 > this.frames) this.shown = hint;
    return this.shown;
  }
}

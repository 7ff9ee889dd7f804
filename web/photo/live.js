// Hints while the camera runs.
import { HintFilter, issues } from "./hints.js";
import { measure } from "./measures.js";
import { drawSquare } from "./scale.js";

/** As the service measures. */
export const SIDE = 256;
/** Milliseconds between two frames that are measured: more than ten in a second. */
const PAUSE = 80;

/**
 * Tell what the photo would lack, many times in a second.
 * @param {HTMLVideoElement} video
 * @param {(hint: import("./hints.js").Hint) => void} onHint
 * @returns {() => void} what stops it
 */
export function watchHints(video, onHint) {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: SIDE, height: SIDE });
  const pen = /** @type {CanvasRenderingContext2D} */ (
    canvas.getContext("2d", { willReadFrequently: true, colorSpace: "srgb" })
  );
  const filter = new HintFilter();
  const timer = setInterval(() => {
    if (!video.videoWidth || document.hidden) return;
    const pixels = drawSquare(video, video.videoWidth, video.videoHeight, pen);
    onHint(filter.next(issues(measure(pixels, SIDE))[0] ?? "good"));
  }, PAUSE);
  return () => clearInterval(timer);
}

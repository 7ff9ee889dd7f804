// Photos before they travel: upright, in sRGB, and no larger than what the service keeps.

export const MAX_SIDE = 2048;
const QUALITY = 0.92;

/**
 * Return the sides of a picture whose longer side is at most `longest`.
 * @param {number} width
 * @param {number} height
 */
export function fit(width, height, longest = MAX_SIDE) {
  const scale = Math.min(1, longest / Math.max(width, height));
  return { width: Math.round(width * scale), height: Math.round(height * scale) };
}

/**
 * Return a photo to send. What the browser cannot read (HEIC in most) is sent as it is: the
 * service reads it.
 * @param {Blob} file
 * @returns {Promise<Blob>}
 */
export async function prepare(file) {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" }).catch(
    () => null,
  );
  if (!bitmap) return file;
  const isSmall = Math.max(bitmap.width, bitmap.height) <= MAX_SIDE;
  // Encoding again would only lose detail.
  if (isSmall && file.type === "image/jpeg") return file;
  return encode(bitmap);
}

/**
 * Return a picture as JPEG in sRGB.
 * @param {ImageBitmap | HTMLVideoElement} source
 */
export async function encode(source) {
  const [wide, high] =
    "videoWidth" in source
      ? [source.videoWidth, source.videoHeight]
      : [source.width, source.height];
  const { width, height } = fit(wide, high);
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  const pen = /** @type {CanvasRenderingContext2D} */ (
    canvas.getContext("2d", { colorSpace: "srgb", alpha: false })
  );
  // JPEG has no transparency: the service puts such pictures on white too.
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, width, height);
  pen.imageSmoothingQuality = "high";
  pen.drawImage(source, 0, 0, width, height);
  /** @type {Blob | null} */
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  if (!blob) throw new Error("The browser cannot encode this picture.");
  return blob;
}

/**
 * Return the central square of a picture, as the service looks at it: `side` by `side` pixels.
 * @param {CanvasImageSource} source
 * @param {number} width
 * @param {number} height
 * @param {CanvasRenderingContext2D} pen of a canvas of that size
 */
export function drawSquare(source, width, height, pen) {
  const shorter = Math.min(width, height);
  const { canvas } = pen;
  const [left, top] = [(width - shorter) / 2, (height - shorter) / 2];
  pen.imageSmoothingQuality = "high";
  pen.drawImage(source, left, top, shorter, shorter, 0, 0, canvas.width, canvas.height);
  return pen.getImageData(0, 0, canvas.width, canvas.height).data;
}

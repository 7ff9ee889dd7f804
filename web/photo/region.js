// The part of a photo that was assessed.

/**
 * Return the square that was assessed, in pixels, shifted into the photo at its borders.
 * @param {number} width
 * @param {number} height
 * @param {{x: number, y: number, size: number} | null} region the central square without one
 */
export function cropBox(width, height, region) {
  const { x, y, size } = region ?? { x: 0.5, y: 0.5, size: 1 };
  const side = size * Math.min(width, height);
  const inside = (/** @type {number} */ centre, /** @type {number} */ whole) =>
    Math.min(Math.max(centre * whole - side / 2, 0), whole - side);
  return { left: inside(x, width), top: inside(y, height), side };
}

// The camera of the device.

/**
 * Show the camera at the back of the device in a <video>.
 * @param {HTMLVideoElement} video
 * @returns {Promise<MediaStreamTrack>}
 */
export async function openCamera(video) {
  if (!navigator.mediaDevices) throw new DOMException("No camera", "NotFoundError");
  const stream = await navigator.mediaDevices.getUserMedia({
    video: { facingMode: "environment", width: { ideal: 2560 }, height: { ideal: 1920 } },
    audio: false,
  });
  video.srcObject = stream;
  await video.play().catch(() => {});
  return stream.getVideoTracks()[0];
}

/**
 * @param {MediaStreamTrack | null} track
 * @returns {{torch: boolean, zoom: {min: number, max: number, step: number} | null}}
 */
export function capabilities(track) {
  const found = /** @type {any} */ (track?.getCapabilities?.() ?? {});
  return {
    torch: Boolean(found.torch),
    zoom: found.zoom?.max > found.zoom?.min ? found.zoom : null,
  };
}

/** @param {MediaStreamTrack} track @param {boolean} isOn @returns {Promise<boolean>} */
export const setTorch = (track, isOn) => apply(track, { torch: isOn });
/** @param {MediaStreamTrack} track @param {number} zoom @returns {Promise<boolean>} */
export const setZoom = (track, zoom) => apply(track, { zoom });

/** @param {MediaStreamTrack} track @param {object} constraint */
async function apply(track, constraint) {
  try {
    await track.applyConstraints({ advanced: [/** @type {any} */ (constraint)] });
    return true;
  } catch {
    return false;
  }
}

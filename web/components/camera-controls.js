import { useState } from "preact/hooks";

import { html } from "../html.js";
import { capabilities, setTorch, setZoom } from "../photo/camera.js";
import { t } from "../text.js";
import { Icon } from "./icon.js";

/**
 * The shutter, which always works, and what else the camera has.
 * @param {{track: MediaStreamTrack | null, onTake: () => void}} props
 */
export function CameraControls({ track, onTake }) {
  const [isLit, setLit] = useState(false);
  const { torch, zoom } = capabilities(track);
  const light = async () => {
    if (track && (await setTorch(track, !isLit))) setLit(!isLit);
  };
  return html`<div class="camera-controls">
    ${
      zoom &&
      html`<label class="camera-zoom">
      <span class="visually-hidden">${t("camera.zoom")}</span>
      <input
        type="range"
        min=${zoom.min}
        max=${zoom.max}
        step=${zoom.step}
        onInput=${(/** @type {any} */ event) => track && setZoom(track, Number(event.target.value))}
      />
    </label>`
    }
    <button type="button" class="shutter" disabled=${!track} onClick=${onTake}>
      <span class="visually-hidden">${t("camera.take")}</span>
    </button>
    ${
      torch &&
      html`<button type="button" class="camera-torch" aria-pressed=${isLit} onClick=${light}>
      <${Icon} name="torch" /><span class="visually-hidden">${t("camera.torch")}</span>
    </button>`
    }
  </div>`;
}

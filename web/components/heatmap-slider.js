import { useId, useState } from "preact/hooks";

import { html } from "../html.js";
import { cropBox } from "../photo/region.js";
import { t } from "../text.js";
import { Picture } from "./picture.js";

/**
 * The photo over the heat map; a slider moves the border between both.
 * @param {{check: Check, isOwn?: boolean}} props
 */
export function HeatmapSlider({ check, isOwn = true }) {
  const id = useId();
  const [share, setShare] = useState(60);
  const [style, setStyle] = useState({});
  const place = (/** @type {any} */ event) => {
    const { naturalWidth, naturalHeight } = event.target;
    setStyle(cropStyle(naturalWidth, naturalHeight, check.region));
  };
  return html`<figure class="slider">
    <div class="slider-pictures">
      <${Picture} id=${check.id} kind="heatmap" alt=${t(isOwn ? "check.heatmap.alt" : "relabel.heatmap")} />
      <div class="slider-front" style=${{ "--share": `${share}%` }}>
        <${Picture}
          id=${check.id}
          alt=${t(isOwn ? "check.photo.alt" : "relabel.photo")}
          class="slider-photo"
          style=${style}
          onLoad=${place}
        />
      </div>
      <span class="slider-line" style=${{ "--share": `${share}%` }} aria-hidden="true"></span>
    </div>
    <label for=${id}>${t("check.slider")}</label>
    <input
      id=${id}
      type="range"
      min="0"
      max="100"
      value=${share}
      aria-valuetext=${t("check.slider.value", { share })}
      onInput=${(/** @type {any} */ event) => setShare(Number(event.target.value))}
    />
    <figcaption class="small">${t("check.heatmap.notice")}</figcaption>
  </figure>`;
}

/** @param {number} width @param {number} height @param {Check["region"]} region */
function cropStyle(width, height, region) {
  const { left, top, side } = cropBox(width, height, region);
  const part = (/** @type {number} */ value) => `${(100 * value) / side}%`;
  return { width: part(width), height: part(height), left: part(-left), top: part(-top) };
}

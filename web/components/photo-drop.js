import { useEffect, useId, useState } from "preact/hooks";

import { html } from "../html.js";
import { t } from "../text.js";
import { Icon } from "./icon.js";

const ACCEPTED = "image/jpeg,image/png,image/webp,image/heic,image/heif,.heic,.heif";

/** Takes photos: chosen, dropped or pasted. @param {{onPhotos: (files: File[]) => void}} props */
export function PhotoDrop({ onPhotos }) {
  const id = useId();
  const [isOver, setOver] = useState(false);
  const take = (/** @type {Iterable<File> | null | undefined} */ files) => {
    const photos = [...(files ?? [])].filter(isPhoto);
    if (photos.length) onPhotos(photos);
  };
  usePaste(take);
  const onDrop = (/** @type {DragEvent} */ event) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer?.files);
  };
  const onDragOver = (/** @type {DragEvent} */ event) => {
    event.preventDefault();
    setOver(true);
  };
  return html`<div
    class=${`drop${isOver ? " is-over" : ""}`}
    onDrop=${onDrop}
    onDragOver=${onDragOver}
    onDragLeave=${() => setOver(false)}
  >
    <a class="button button-main button-large" href="#/camera"><${Icon} name="camera" />${t("new.camera")}</a>
    <input
      class="visually-hidden drop-input"
      id=${id}
      type="file"
      accept=${ACCEPTED}
      multiple
      onChange=${(/** @type {any} */ event) => {
        take(event.target.files);
        event.target.value = "";
      }}
    />
    <label class="button button-large" for=${id}><${Icon} name="file" />${t("new.choose")}</label>
    <p class="small drop-hint">${t("new.drop")}</p>
  </div>`;
}

/** @param {File} file */
function isPhoto(file) {
  return file.type.startsWith("image/") || /\.hei[cf]$/i.test(file.name);
}

/** @param {(files: FileList | null | undefined) => void} take */
function usePaste(take) {
  useEffect(() => {
    const onPaste = (/** @type {ClipboardEvent} */ event) => take(event.clipboardData?.files);
    document.addEventListener("paste", onPaste);
    return () => document.removeEventListener("paste", onPaste);
  });
}

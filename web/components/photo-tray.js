import { useEffect, useId, useState } from "preact/hooks";

import { html } from "../html.js";
import { t } from "../text.js";
import { Icon } from "./icon.js";

/**
 * The photos to send.
 * @param {{photos: Blob[], onRemove: (photo: Blob) => void, onAdd: (files: File[]) => void}} props
 */
export function PhotoTray({ photos, onRemove, onAdd }) {
  const id = useId();
  return html`<ul class="tray" aria-label=${t("new.photos")}>
    ${photos.map(
      (photo, place) => html`<li key=${place}>
        <${Preview} photo=${photo} name=${t("new.photo", { number: place + 1 })} />
        <button type="button" class="tray-remove" onClick=${() => onRemove(photo)}>
          <${Icon} name="close" size=${20} />
          <span class="visually-hidden">${t("new.remove", { number: place + 1 })}</span>
        </button>
      </li>`,
    )}
    <li>
      <input
        class="visually-hidden drop-input"
        type="file"
        id=${id}
        accept="image/*,.heic,.heif"
        multiple
        onChange=${(/** @type {any} */ event) => onAdd([...event.target.files])}
      />
      <label class="tray-add" for=${id}><${Icon} name="file" />${t("new.more")}</label>
    </li>
  </ul>`;
}

/** @param {{photo: Blob, name: string}} props */
function Preview({ photo, name }) {
  const [address, setAddress] = useState("");
  const [isUnknown, setUnknown] = useState(false);
  useEffect(() => {
    const made = URL.createObjectURL(photo);
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [photo]);
  // Most browsers cannot show HEIC. It is sent all the same.
  if (isUnknown || !address) {
    const look = `tray-photo ${isUnknown ? "picture-missing" : ""}`;
    return html`<span class=${look} role="img" aria-label=${name}></span>`;
  }
  return html`<img class="tray-photo" src=${address} alt=${name} onError=${() => setUnknown(true)} />`;
}

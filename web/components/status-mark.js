import { html } from "../html.js";
import { t } from "../text.js";

/** Each status has a shape of its own, so that none depends on a colour. */
const SHAPES = {
  benign: html`<circle cx="12" cy="12" r="8.5" />`,
  unclear: html`<rect x="5.2" y="5.2" width="13.6" height="13.6" rx="1.5" transform="rotate(45 12 12)" />`,
  malignant: html`<path d="M12 3.2 21.5 20h-19z" stroke-linejoin="round" />`,
};

/** The shape of a status, and its name in words. @param {{status: Status, large?: boolean}} props */
export function StatusMark({ status, large = false }) {
  return html`<span class=${`status status-${status}${large ? " status-large" : ""}`}>
    <svg viewBox="0 0 24 24" width=${large ? 28 : 18} height=${large ? 28 : 18} aria-hidden="true">
      ${SHAPES[status]}
    </svg>
    <span>${t(`status.${status}`)}</span>
  </span>`;
}

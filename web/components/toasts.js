import { html } from "../html.js";
import { toasts } from "../state/toasts.js";

/** The short messages. They are read out when they appear. */
export function Toasts() {
  return html`<div class="toasts" role="status" aria-live="polite">
    ${toasts.value.map(
      ({ id, text, label, onAction }) => html`<div class="toast" key=${id}>
        <span>${text}</span>
        ${label && html`<button type="button" class="toast-action" onClick=${onAction}>${label}</button>`}
      </div>`,
    )}
  </div>`;
}

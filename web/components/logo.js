import { html } from "../html.js";

/** A spot inside a framing ring. @param {{size?: number}} props */
export function Logo({ size = 32 }) {
  return html`<svg class="logo" width=${size} height=${size} viewBox="0 0 32 32" aria-hidden="true">
    <circle class="logo-ring" cx="16" cy="16" r="13.5" />
    <path class="logo-spot" d="M11.2 14.6c.4-3 3-4.6 5.8-4.3 3 .3 5.1 2.5 4.8 5.4-.3 3.3-2.6 6-5.9 5.8-3.2-.2-5.1-3.7-4.7-6.9z" />
  </svg>`;
}

import { html } from "../html.js";
import { online } from "../state/network.js";
import { user } from "../state/session.js";
import { t } from "../text.js";
import { Icon } from "./icon.js";

/** Says that there is no connection, and what works without. */
export function Banner() {
  return html`<div role="status">
    ${
      !online.value &&
      html`<p class="banner">
      <${Icon} name="offline" size=${20} />
      <span>${t(user.value ? "offline.in" : "offline.out")}</span>
    </p>`
    }
  </div>`;
}

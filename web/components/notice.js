import { html } from "../html.js";
import { Icon } from "./icon.js";

/**
 * A message in the page. One with `alert` is read out at once.
 * @param {{icon?: string, tone?: "plain" | "care", alert?: boolean, children: any}} props
 */
export function Notice({ icon = "info", tone = "plain", alert = false, children }) {
  return html`<div class=${`notice notice-${tone}`} role=${alert ? "alert" : undefined}>
    <${Icon} name=${icon} />
    <div>${children}</div>
  </div>`;
}

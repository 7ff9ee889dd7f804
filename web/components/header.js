import { html } from "../html.js";
import { t } from "../text.js";
import { Icon } from "./icon.js";

/**
 * The title of a view; it gets the focus when the view appears.
 * @param {{title: string, back?: string, children?: any}} props
 */
export function Header({ title, back, children }) {
  return html`<header class="view-header">
    ${back && html`<a class="back" href=${`#/${back}`}><${Icon} name="back" />${t("back")}</a>`}
    <h1 tabindex="-1">${title}</h1>
    ${children}
  </header>`;
}

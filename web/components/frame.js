import { html } from "../html.js";
import { Banner } from "./banner.js";
import { Navigation } from "./navigation.js";
import { Toasts } from "./toasts.js";

/**
 * What stands around the views of somebody who is logged in.
 * @param {{isFull: boolean, children: any}} props
 */
export default function Frame({ isFull, children }) {
  return html`${!isFull && html`<${Navigation} />`}
    <div class=${isFull ? "page page-full" : "page"}>
      <${Banner} />
      ${children}
    </div>
    <${Toasts} />`;
}

import { html } from "../html.js";
import { t } from "../text.js";

const KNOWN = ["history", "touch", "melanoma", "skin", "alone"];

/** What the service cannot know. */
export function Limits() {
  return html`<section class="card" aria-labelledby="limits-title">
    <h2 id="limits-title">${t("limits.title")}</h2>
    <ul class="limits">
      ${KNOWN.map((name) => html`<li>${t(`limits.${name}`)}</li>`)}
    </ul>
  </section>`;
}

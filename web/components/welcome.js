import { useEffect, useState } from "preact/hooks";

import { html } from "../html.js";
import { t } from "../text.js";
import { Logo } from "./logo.js";

/** Milliseconds until the form is painted. */
const PAINT = 200;

/** @typedef {{icon?: Component, preferences?: Component}} Later */

/** What the service is, beside the form to log in or register. @param {{children: any}} props */
export function Welcome({ children }) {
  const { icon, preferences } = useLater();
  const point = (/** @type {string} */ name, /** @type {string} */ text) =>
    html`<li><span class="welcome-icon">${icon && html`<${icon} name=${name} />`}</span>${text}</li>`;
  return html`<div class="welcome">
    <section class="welcome-about">
      <p class="brand brand-large"><${Logo} size=${40} /><span>${t("brand")}</span></p>
      <p class="welcome-title">${t("welcome.title")}</p>
      <ul class="welcome-points">
        ${point("camera", t("welcome.photo"))} ${point("calendar", t("welcome.answer"))}
        ${point("eye", t("welcome.private"))}
      </ul>
      <p class="welcome-notice">${t("notice")} <a href="#/model">${t("welcome.model")}</a></p>
    </section>
    <div class="welcome-form">
      <div class="card">${children}</div>
      <div class="welcome-preferences">${preferences && html`<${preferences} />`}</div>
    </div>
  </div>`;
}

/** Load what nobody waits for, after the form is painted. Its place is kept free. @returns {Later} */
function useLater() {
  const [later, setLater] = useState(/** @type {Later} */ ({}));
  useEffect(() => {
    const load = () =>
      Promise.all([import("./icon.js"), import("./preferences.js")]).then(
        ([{ Icon }, { Preferences }]) => setLater({ icon: Icon, preferences: Preferences }),
        // Without a network, the form works as it is.
        () => {},
      );
    const timer = setTimeout(load, PAINT);
    return () => clearTimeout(timer);
  }, []);
  return later;
}

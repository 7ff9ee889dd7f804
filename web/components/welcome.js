import { html } from "../html.js";
import { t } from "../text.js";
import { Icon } from "./icon.js";
import { Logo } from "./logo.js";
import { Preferences } from "./preferences.js";

/** What the service is, beside the form to log in or register. @param {{children: any}} props */
export function Welcome({ children }) {
  return html`<div class="welcome">
    <section class="welcome-about">
      <p class="brand brand-large"><${Logo} size=${40} /><span>${t("brand")}</span></p>
      <p class="welcome-title">${t("welcome.title")}</p>
      <ul class="welcome-points">
        <li><${Icon} name="camera" />${t("welcome.photo")}</li>
        <li><${Icon} name="calendar" />${t("welcome.answer")}</li>
        <li><${Icon} name="eye" />${t("welcome.private")}</li>
      </ul>
      <p class="welcome-notice">${t("notice")} <a href="#/model">${t("welcome.model")}</a></p>
    </section>
    <div class="welcome-form">
      <div class="card">${children}</div>
      <${Preferences} />
    </div>
  </div>`;
}

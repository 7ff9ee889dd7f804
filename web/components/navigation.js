import { html } from "../html.js";
import { route } from "../views.js";
import { isAdmin } from "../state/session.js";
import { t } from "../text.js";
import { Icon } from "./icon.js";
import { Logo } from "./logo.js";

const EVERYBODY = [
  { path: "checks", icon: "checks", text: "nav.checks" },
  { path: "new", icon: "camera", text: "nav.new", isMain: true },
  { path: "account", icon: "person", text: "nav.account" },
];
export const STAFF = [
  { path: "staff/checks", icon: "label", text: "nav.relabel" },
  { path: "staff/users", icon: "people", text: "nav.people" },
  { path: "model", icon: "chart", text: "nav.model" },
];

/** At the bottom of a phone, and at the side of a wide screen. */
export function Navigation() {
  return html`<nav class="navigation" aria-label=${t("nav.label")}>
    <a class="brand" href="#/checks"><${Logo} /><span>${t("brand")}</span></a>
    <ul>
      ${EVERYBODY.map(item)}
    </ul>
    ${
      isAdmin.value &&
      html`<h2 class="navigation-title">${t("nav.staff")}</h2>
      <ul class="navigation-staff">
        ${STAFF.map(item)}
      </ul>`
    }
  </nav>`;
}

/** @param {{path: string, icon: string, text: string, isMain?: boolean}} entry */
function item({ path, icon, text, isMain }) {
  const isHere = route.value.name.split("/:")[0] === path;
  return html`<li key=${path}>
    <a href=${`#/${path}`} class=${isMain ? "is-main" : ""} aria-current=${isHere ? "page" : undefined}>
      <${Icon} name=${icon} /><span>${t(text)}</span>
    </a>
  </li>`;
}

import { html } from "../html.js";
import { adviceTimeFrame } from "../state/wording.js";
import { dateTime, t } from "../text.js";
import { Icon } from "./icon.js";
import { Picture } from "./picture.js";
import { StatusMark } from "./status-mark.js";

/** One check in the list. @param {{check: Check}} props */
export function CheckCard({ check }) {
  const site = check.context?.body_site;
  return html`<a class="check-card" href=${`#/checks/${check.id}`}>
    <${Picture} id=${check.id} alt="" class="thumbnail" />
    <span class="check-card-text">
      <${StatusMark} status=${check.status} />
      <span class="check-card-what">${adviceTimeFrame(check)}</span>
      <span class="small">
        ${dateTime(check.created_at)}${site ? ` · ${t(`site.${site}`)}` : ""}
      </span>
    </span>
    <${Icon} name="next" />
  </a>`;
}

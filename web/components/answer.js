import { html } from "../html.js";
import { adviceText, adviceTimeFrame, adviceTitle } from "../state/wording.js";
import { date, t } from "../text.js";
import { Icon } from "./icon.js";
import { StatusMark } from "./status-mark.js";

/** What to do, and until when. It comes first. @param {{check: Check}} props */
export function Answer({ check }) {
  return html`<section class=${`answer answer-${check.status}`} aria-labelledby="answer-title">
    <${StatusMark} status=${check.status} large />
    <h1 id="answer-title" tabindex="-1">${adviceTitle(check)}</h1>
    <p class="answer-time"><${Icon} name="calendar" /><span>${adviceTimeFrame(check)}</span></p>
    <p class="answer-text">${adviceText(check)}</p>
    ${
      check.review &&
      html`<p class="small">${t("check.review", { date: date(check.review.created_at) })}</p>`
    }
  </section>`;
}

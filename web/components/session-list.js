import { useEffect, useState } from "preact/hooks";

import { endOtherSession, listSessions, logOutEverywhere } from "../api/account.js";
import { html } from "../html.js";
import { deviceName } from "../state/device-name.js";
import { leaveDevice } from "../state/session.js";
import { dateTime, t } from "../text.js";
import { Icon } from "./icon.js";
import { ProblemNotice } from "./problem-notice.js";

/** Where the person is logged in. */
export function SessionList() {
  const [sessions, setSessions] = useState(/** @type {LoginSession[] | null} */ (null));
  const [error, setError] = useState(/** @type {unknown} */ (null));
  const load = () => listSessions().then(setSessions, setError);
  useEffect(() => void load(), []);
  const end = (/** @type {string} */ id) => endOtherSession(id).then(load, setError);
  const endAll = () => logOutEverywhere().then(leaveDevice, setError);
  return html`<section class="card" aria-labelledby="sessions-title">
    <h2 id="sessions-title">${t("sessions.title")}</h2>
    <${ProblemNotice} error=${error} />
    <ul class="sessions">
      ${sessions?.map(
        (session) => html`<li key=${session.id}>
          <${Icon} name="device" />
          <span class="sessions-text">
            <strong>${deviceName(session.device) ?? t("sessions.unknown")}</strong>
            <span class="small">
              ${
                session.current
                  ? t("sessions.current")
                  : t("sessions.used", { date: dateTime(session.last_used_at) })
              }
            </span>
          </span>
          ${
            !session.current &&
            html`<button type="button" class="button button-small" onClick=${() => end(session.id)}>
              ${t("sessions.end")}
            </button>`
          }
        </li>`,
      )}
    </ul>
    ${
      sessions &&
      sessions.length > 1 &&
      html`<button type="button" class="button" onClick=${endAll}>${t("sessions.endAll")}</button>`
    }
  </section>`;
}

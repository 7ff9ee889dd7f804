import { useEffect, useState } from "preact/hooks";

import { CheckCard } from "../components/check-card.js";
import { Header } from "../components/header.js";
import { Icon } from "../components/icon.js";
import { OutboxList } from "../components/outbox-list.js";
import { ProblemNotice } from "../components/problem-notice.js";
import { html } from "../html.js";
import { checks, filter, isKept, load, loadMore, nextCursor } from "../state/checks.js";
import { t } from "../text.js";

/** @type {(Status | null)[]} */
const FILTERS = [null, "malignant", "unclear", "benign"];

export default function Checks() {
  const [error, setError] = useState(/** @type {unknown} */ (null));
  const show = (/** @type {Status | null} */ status) => {
    setError(null);
    load(status).catch(setError);
  };
  useEffect(() => show(null), []);
  return html`<${Header} title=${t("checks.title")} />
    <${OutboxList} />
    <div class="filters" role="group" aria-label=${t("checks.filter")}>
      ${FILTERS.map(
        (status) => html`<button
          type="button"
          class="chip"
          aria-pressed=${filter.value === status}
          onClick=${() => show(status)}
        >
          ${t(status ? `status.${status}` : "checks.all")}
        </button>`,
      )}
    </div>
    <${ProblemNotice} error=${error} />
    ${isKept.value && html`<p class="small kept">${t("checks.kept")}</p>`}
    ${checks.value && (checks.value.length ? html`<${List} onError=${setError} />` : html`<${Empty} />`)}
    ${!checks.value && !error && html`<${Skeleton} />`}`;
}

/** @param {{onError: (error: unknown) => void}} props */
function List({ onError }) {
  return html`<ul class="check-list">
      ${checks.value?.map((check) => html`<li key=${check.id}><${CheckCard} check=${check} /></li>`)}
    </ul>
    ${
      nextCursor.value &&
      html`<button type="button" class="button" onClick=${() => loadMore().catch(onError)}>${t("more")}</button>`
    }`;
}

function Empty() {
  return html`<div class="empty">
    <span class="empty-ring" aria-hidden="true"></span>
    <h2>${t(filter.value ? "checks.none" : "checks.empty")}</h2>
    <p>${t("checks.empty.text")}</p>
    <a class="button button-main button-large" href="#/new"><${Icon} name="camera" />${t("nav.new")}</a>
  </div>`;
}

function Skeleton() {
  return html`<div class="check-list" role="status">
    <span class="visually-hidden">${t("loading")}</span>
    ${[1, 2, 3].map(() => html`<div class="skeleton"></div>`)}
  </div>`;
}

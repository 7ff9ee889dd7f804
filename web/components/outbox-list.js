import { useEffect, useState } from "preact/hooks";

import { html } from "../html.js";
import { discard, flush, outbox, pause, progress } from "../state/outbox.js";
import { bodyText } from "../state/problem-text.js";
import { percent, plural, t, tOr } from "../text.js";
import { Icon } from "./icon.js";

/** The photos that are not sent yet. */
export function OutboxList() {
  if (!outbox.value.length) return null;
  return html`<section class="outbox" aria-label=${t("outbox.title")}>
    <ul>
      ${outbox.value.map((row) => html`<${Row} key=${row.key} row=${row} />`)}
    </ul>
  </section>`;
}

/** @param {{row: Waiting}} props */
function Row({ row }) {
  const address = useObjectUrl(row.photo);
  return html`<li class="outbox-row">
    ${address && html`<img class="thumbnail" src=${address} alt="" />`}
    <div class="outbox-text" role="status">
      <strong>${t(`outbox.${row.state}`)}</strong>
      ${row.state === "sending" && html`<${Progress} />`}
      ${row.state === "waiting" && html`<p class="small">${pauseText()}</p>`}
      ${
        row.problem &&
        html`<p class="small">${bodyText(row.problem)}</p>
        <${Reasons} problem=${row.problem} />`
      }
    </div>
    <div class="outbox-actions">
      ${
        row.state === "waiting" &&
        html`<button type="button" class="button button-small" onClick=${flush}>${t("outbox.retry")}</button>`
      }
      ${
        row.state === "refused" &&
        html`<a
          class="button button-main button-small"
          href="#/new"
          onClick=${() => discard(row.key)}
        >
          ${t("outbox.retake")}
        </a>`
      }
      <button type="button" class="button button-small" onClick=${() => discard(row.key)}>
        ${t(row.state === "sending" ? "cancel" : "outbox.discard")}
      </button>
    </div>
  </li>`;
}

function Progress() {
  const isSent = progress.value >= 1;
  return html`<p class="small">
      ${isSent ? t("outbox.assessing") : t("outbox.progress", { share: percent(progress.value) })}
    </p>
    <progress max="1" value=${isSent ? undefined : progress.value} aria-label=${t("outbox.sending")}></progress>`;
}

/** How to take a better photo. @param {{problem: ProblemBody}} props */
export function Reasons({ problem }) {
  if (!problem.reasons?.length) return null;
  return html`<ul class="reasons">
    ${problem.reasons.map(
      (reason) =>
        html`<li><${Icon} name="next" size=${18} />${tOr(`remedy.${reason}`, reason)}</li>`,
    )}
  </ul>`;
}

function pauseText() {
  if (!pause.value) return t("outbox.soon");
  const { slug, seconds } = pause.value;
  if (slug === "offline") return t("outbox.offline");
  return `${tOr(`problem.${slug}`, t("problem.internal-error"))} ${plural("wait", seconds)}`;
}

/** @param {Blob} blob */
function useObjectUrl(blob) {
  const [address, setAddress] = useState("");
  useEffect(() => {
    const made = URL.createObjectURL(blob);
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [blob]);
  return address;
}

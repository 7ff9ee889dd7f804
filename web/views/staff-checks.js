import { useEffect, useState } from "preact/hooks";

import { list } from "../api/check.js";
import * as api from "../api/user.js";
import { Header } from "../components/header.js";
import { HeatmapSlider } from "../components/heatmap-slider.js";
import { ProblemNotice } from "../components/problem-notice.js";
import { StatusMark } from "../components/status-mark.js";
import { html } from "../html.js";
import { say } from "../state/toasts.js";
import { diagnosisName } from "../state/wording.js";
import { percent, t } from "../text.js";

/** @type {Record<string, Status>} */
const KEYS = { 1: "benign", 2: "unclear", 3: "malignant" };

export default function StaffChecks() {
  const [checks, setChecks] = useState(/** @type {Check[]} */ ([]));
  const [place, setPlace] = useState(0);
  const [error, setError] = useState(/** @type {unknown} */ (null));
  useEffect(() => {
    list().then((page) => setChecks(page.checks), setError);
  }, []);
  const check = checks[place];
  const move = (/** @type {number} */ step) =>
    setPlace(Math.max(0, Math.min(place + step, checks.length - 1)));
  const label = async (/** @type {Status} */ status) => {
    setError(null);
    try {
      const changed = await api.review(check.id, status);
      setChecks(checks.map((each) => (each.id === changed.id ? changed : each)));
      say(t("relabel.done", { status: t(`status.${status}`) }), { seconds: 3 });
      move(1);
    } catch (reason) {
      setError(reason);
    }
  };
  useKeys({ onLabel: label, onMove: move, isReady: Boolean(check) });
  return html`<${Header} title=${t("nav.relabel")}><p class="view-sub">${t("relabel.text")}</p><//>
    <${ProblemNotice} error=${error} />
    ${
      check
        ? html`<${Task}
            key=${check.id}
            check=${check}
            place=${place}
            count=${checks.length}
            onLabel=${label}
            onMove=${move}
          />`
        : html`<p>${t("relabel.none")}</p>`
    }
    <${ById} onError=${setError} />`;
}

/**
 * One check to label.
 * @param {{check: Check, place: number, count: number, onLabel: (status: Status) => void,
 *   onMove: (step: number) => void}} props
 */
function Task({ check, place, count, onLabel, onMove }) {
  return html`<article class="task">
    <${HeatmapSlider} check=${check} />
    <div class="stack">
      <p class="small" role="status">${t("relabel.place", { place: place + 1, count })}</p>
      <${StatusMark} status=${check.status} large />
      <p>
        ${t("relabel.answer", {
          probability: percent(check.probability),
          name: diagnosisName(check.diagnoses[0]),
        })}
      </p>
      <div class="task-keys" role="group" aria-label=${t("relabel.set")}>
        ${Object.entries(KEYS).map(
          ([
            key,
            status,
          ]) => html`<button type="button" class="button" aria-keyshortcuts=${key} onClick=${() => onLabel(status)}>
            <kbd aria-hidden="true">${key}</kbd>${t(`status.${status}`)}
          </button>`,
        )}
      </div>
      <div class="actions">
        <button type="button" class="button button-small" disabled=${place === 0} onClick=${() => onMove(-1)}>
          <kbd aria-hidden="true">K</kbd>${t("relabel.before")}
        </button>
        <button type="button" class="button button-small" disabled=${place === count - 1} onClick=${() => onMove(1)}>
          <kbd aria-hidden="true">J</kbd>${t("relabel.next")}
        </button>
      </div>
    </div>
  </article>`;
}

/** Label a check by its id, which its owner reads out. @param {{onError: (error: unknown) => void}} props */
function ById({ onError }) {
  const submit = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    const { id, status } = /** @type {any} */ (Object.fromEntries(new FormData(form)));
    try {
      await api.review(id.trim(), status);
      say(t("relabel.done", { status: t(`status.${status}`) }));
      form.reset();
    } catch (error) {
      onError(error);
    }
  };
  return html`<form class="card by-id" onSubmit=${submit}>
    <h2>${t("relabel.byId")}</h2>
    <div class="field">
      <label for="by-id">${t("facts.id")}</label>
      <input
        id="by-id"
        name="id"
        required
        pattern="\\s*[0-9a-fA-F-]{36}\\s*"
        autocomplete="off"
        spellcheck=${false}
      />
    </div>
    <div class="field">
      <label for="by-status">${t("relabel.set")}</label>
      <select id="by-status" name="status">
        ${Object.values(KEYS).map((status) => html`<option value=${status}>${t(`status.${status}`)}</option>`)}
      </select>
    </div>
    <button class="button button-main">${t("relabel.save")}</button>
  </form>`;
}

/** @param {{onLabel: (status: Status) => void, onMove: (step: number) => void, isReady: boolean}} props */
function useKeys({ onLabel, onMove, isReady }) {
  useEffect(() => {
    const onKey = (/** @type {KeyboardEvent} */ event) => {
      const isTyping = /** @type {Element} */ (event.target).closest("input, select, textarea");
      if (!isReady || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
      const key = event.key.toLowerCase();
      if (key in KEYS) onLabel(KEYS[key]);
      if (key === "j") onMove(1);
      if (key === "k") onMove(-1);
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  });
}

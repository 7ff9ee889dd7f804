import { useEffect, useRef, useState } from "preact/hooks";

import { Facts } from "../components/facts.js";
import { Header } from "../components/header.js";
import { HeatmapSlider } from "../components/heatmap-slider.js";
import { ProblemNotice } from "../components/problem-notice.js";
import { StatusMark } from "../components/status-mark.js";
import { html } from "../html.js";
import { Queue } from "../state/queue.js";
import { say } from "../state/toasts.js";
import { diagnosisName } from "../state/wording.js";
import { read, write } from "../store/local.js";
import { date, percent, plural, t } from "../text.js";

/** @type {Record<string, Status>} */
const KEYS = { 1: "benign", 2: "unclear", 3: "malignant" };
/** @type {Record<string, number>} */
const STEPS = { arrowleft: -1, k: -1, arrowright: 1, j: 1 };

export default function StaffChecks() {
  const [queue, setQueue] = useState(() => new Queue(false));
  const [error, setError] = useState(/** @type {unknown} */ (null));
  const [hasLetters, setLetters] = useState(read("keys") ?? true);
  const attempt = (/** @type {Promise<unknown>} */ work) => {
    setError(null);
    work.catch(setError);
  };
  useEffect(() => attempt(queue.load()), [queue]);
  const move = (/** @type {number} */ step) => attempt(queue.move(step));
  const label = (/** @type {Status} */ status) => attempt(setLabel(queue, status));
  useKeys({ onLabel: label, onMove: move, hasLetters });
  return html`<${Header} title=${t("nav.relabel")}><p class="view-sub">${t("relabel.text")}</p><//>
    <div class="filters" role="group" aria-label=${t("checks.filter")}>
      ${[false, true].map(
        (withReviewed) => html`<button
          type="button"
          class="chip"
          aria-pressed=${queue.withReviewed === withReviewed}
          onClick=${() => setQueue(new Queue(withReviewed))}
        >
          ${t(withReviewed ? "relabel.all" : "relabel.open")}
        </button>`,
      )}
    </div>
    <${ProblemNotice} error=${error} />
    <p class="small" role="status">${progress(queue)}</p>
    <${Place} queue=${queue} onLabel=${label} onMove=${move} onLoad=${() => attempt(queue.load())} />
    <${KeySwitch} isOn=${hasLetters} onSwitch=${setLetters} />
    <${ById} onShow=${(/** @type {string} */ id) => attempt(queue.show(id))} />`;
}

/** @param {Queue} queue @param {Status} status */
async function setLabel(queue, status) {
  if (!(await queue.label(status))) return;
  say(t("relabel.done", { status: t(`status.${status}`) }), { seconds: 3 });
  await queue.prepare();
}

/** Return where the person is, in words. @param {Queue} queue */
function progress({ checks, place, labelled, isComplete }) {
  if (!checks.value) return t("loading");
  const count = checks.value.length;
  const values = { place: place.value + 1, count };
  const here = isComplete.value ? t("relabel.place", values) : t("relabel.place.more", values);
  const done = plural("relabel.labelled", labelled.value.length);
  return place.value < count ? `${here} · ${done}` : done;
}

/**
 * The check that is shown, or what stands behind the last one.
 * @param {{queue: Queue, onLabel: (status: Status) => void, onMove: (step: number) => void,
 *   onLoad: () => void}} props
 */
function Place({ queue, onLabel, onMove, onLoad }) {
  const { check, place, checks, isComplete } = queue;
  if (check) {
    return html`<${Task} check=${check} isFirst=${!place.value} onLabel=${onLabel} onMove=${onMove} />`;
  }
  if (!checks.value) return null;
  if (!isComplete.value) {
    return html`<button type="button" class="button" onClick=${onLoad}>${t("more")}</button>`;
  }
  return html`<${Done} isEmpty=${!place.value} onBack=${() => onMove(-1)} />`;
}

/**
 * One check to label. The buttons stay where they are, so that the focus does, too.
 * @param {{check: Check, isFirst: boolean, onLabel: (status: Status) => void,
 *   onMove: (step: number) => void}} props
 */
function Task({ check, isFirst, onLabel, onMove }) {
  const { review } = check;
  return html`<article class="task">
    <${HeatmapSlider} key=${check.id} check=${check} isOwn=${false} />
    <div class="stack">
      <${StatusMark} status=${check.status} large />
      ${review && html`<p class="small">${t("relabel.reviewed", { date: date(review.created_at) })}</p>`}
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
        <button
          type="button"
          class="button button-small"
          aria-keyshortcuts="ArrowLeft K"
          disabled=${isFirst}
          onClick=${() => onMove(-1)}
        >
          <kbd aria-hidden="true">←</kbd>${t("relabel.before")}
        </button>
        <button
          type="button"
          class="button button-small"
          aria-keyshortcuts="ArrowRight J"
          onClick=${() => onMove(1)}
        >
          <kbd aria-hidden="true">→</kbd>${t("relabel.next")}
        </button>
      </div>
      <${Facts} check=${check} />
    </div>
  </article>`;
}

/** Behind the last check. @param {{isEmpty: boolean, onBack: () => void}} props */
function Done({ isEmpty, onBack }) {
  const title = useRef(/** @type {HTMLElement | null} */ (null));
  // The buttons that had the focus are gone.
  useEffect(() => {
    if (!isEmpty) title.current?.focus();
  }, []);
  return html`<div class="card">
    <h2 ref=${title} tabindex="-1">${t(isEmpty ? "relabel.none" : "relabel.end")}</h2>
    ${
      !isEmpty &&
      html`<button type="button" class="button" aria-keyshortcuts="ArrowLeft K" onClick=${onBack}>
        <kbd aria-hidden="true">←</kbd>${t("relabel.before")}
      </button>`
    }
  </div>`;
}

/** Show a check by its id, which its owner reads out. @param {{onShow: (id: string) => void}} props */
function ById({ onShow }) {
  const submit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    onShow(String(new FormData(form).get("id")).trim());
    form.reset();
  };
  return html`<form class="card by-id" onSubmit=${submit}>
    <h2>${t("relabel.byId")}</h2>
    <div class="field">
      <label for="by-id">${t("facts.id")}</label>
      <input
        id="by-id"
        name="id"
        required
        pattern="\\s*[0-9a-fA-F\\-]{36}\\s*"
        autocomplete="off"
        spellcheck=${false}
      />
    </div>
    <button class="button">${t("relabel.show")}</button>
  </form>`;
}

/**
 * Letters and digits are words to people who speak to their device: the keys can be switched off
 * (WCAG 2.1.4).
 * @param {{isOn: boolean, onSwitch: (isOn: boolean) => void}} props
 */
function KeySwitch({ isOn, onSwitch }) {
  const change = () => {
    write("keys", !isOn);
    onSwitch(!isOn);
  };
  return html`<div class="actions">
    <button type="button" class="chip" aria-pressed=${isOn} onClick=${change}>${t("relabel.keys")}</button>
  </div>`;
}

/**
 * @param {{onLabel: (status: Status) => void, onMove: (step: number) => void, hasLetters: boolean}} props
 */
function useKeys({ onLabel, onMove, hasLetters }) {
  useEffect(() => {
    const onKey = (/** @type {KeyboardEvent} */ event) => {
      const key = event.key.toLowerCase();
      const isOther = event.repeat || event.ctrlKey || event.metaKey || event.altKey;
      if (isOther || isTyping(event.target, key) || (!hasLetters && key.length === 1)) return;
      if (key in KEYS) onLabel(KEYS[key]);
      if (key in STEPS) onMove(STEPS[key]);
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  });
}

/** Return whether a key is meant for a field. @param {EventTarget | null} target @param {string} key */
function isTyping(target, key) {
  const field = /** @type {Element} */ (target).closest("input, select, textarea");
  // Of a slider, only the arrows.
  return Boolean(field && (!field.matches("[type=range]") || key.length > 1));
}

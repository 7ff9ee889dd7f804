import { html } from "../html.js";
import { diagnosisName } from "../state/wording.js";
import { number, percent, t } from "../text.js";
import { IconArray } from "./icon-array.js";

/** The probability as so many of 100, and what lies behind it. @param {{check: Check}} props */
export function Numbers({ check }) {
  const [low, high] = check.interval.map((value) => number(Math.round(value * 100)));
  const best =
    check.probability < 0.005 ? t("numbers.less") : number(Math.round(check.probability * 100));
  const text = t("numbers.of100", { best, low, high });
  return html`<section class="card numbers" aria-labelledby="numbers-title">
    <h2 id="numbers-title">${t("numbers.title")}</h2>
    <p>${text}</p>
    <${IconArray} probability=${check.probability} interval=${check.interval} label=${text} />
    <p>${t("numbers.clinic")} ${everyday(check)}</p>
    <details class="details">
      <summary>${t("numbers.diagnoses")}</summary>
      <p class="small">${t("numbers.diagnoses.text")}</p>
      <ul class="bars">
        ${check.diagnoses.map(
          (diagnosis) => html`<li>
            <span>${diagnosisName(diagnosis)}</span>
            <span class="bar" aria-hidden="true">
              <span style=${{ width: `${100 * diagnosis.probability}%` }}></span>
            </span>
            <span class="bar-value">${percent(diagnosis.probability)}</span>
          </li>`,
        )}
      </ul>
    </details>
  </section>`;
}

/** @param {Check} check what the answer means where few spots are cancer */
function everyday(check) {
  const values = check.predictive_values;
  if (!values) return "";
  const of = number(Math.round(values.prevalence * 1000));
  const cancers = check.status === "benign" ? values.npv !== null && 1 - values.npv : values.ppv;
  if (typeof cancers !== "number") return "";
  const count = Math.round(cancers * 1000);
  const found = count < 1 ? t("numbers.less") : number(count);
  return t("numbers.everyday", { of, found, thousand: number(1000) });
}

import { html } from "../html.js";
import { number, t } from "../text.js";

/**
 * Figures between 0 and 1 with their intervals, drawn and in words.
 * @param {{title: string, rows: {label: string, estimate: Estimate}[]}} props
 */
export function IntervalPlot({ title, rows }) {
  if (!rows.length) return null;
  return html`<table class="plot">
    <caption>${title}</caption>
    <thead class="visually-hidden">
      <tr>
        <th scope="col">${t("figure.name")}</th>
        <th scope="col">${t("figure.interval")}</th>
        <th scope="col">${t("figure.value")}</th>
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        ({ label, estimate }) => html`<tr>
          <th scope="row">${label}</th>
          <td class="plot-drawing"><${Interval} estimate=${estimate} /></td>
          <td class="plot-value">
            ${two(estimate.value)}
            <span class="small">
              ${two(estimate.interval[0])}–${two(estimate.interval[1])} · n ${number(estimate.count)}
            </span>
          </td>
        </tr>`,
      )}
    </tbody>
  </table>`;
}

/** @param {{estimate: Estimate}} props */
function Interval({ estimate: { value, interval } }) {
  const [low, high] = interval.map((each) => 4 + each * 192);
  return html`<svg viewBox="0 0 200 16" preserveAspectRatio="none" aria-hidden="true">
    <line class="plot-axis" x1="4" x2="196" y1="8" y2="8" />
    <line class="plot-range" x1=${low} x2=${high} y1="8" y2="8" />
    <circle class="plot-point" cx=${4 + value * 192} cy="8" r="4" />
  </svg>`;
}

/** @param {number} value */
function two(value) {
  return number(value, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

import { html } from "../html.js";
import { number, t } from "../text.js";

const COLUMNS = 10;
const STEP = 12;

/**
 * A probability as so many of 100, with the range in which it lies.
 * @param {{probability: number, interval: [number, number], label: string}} props
 */
export function IconArray({ probability, interval, label }) {
  const [low, best, high] = [interval[0], probability, interval[1]].map(hundredths);
  const cells = Array.from({ length: 100 }, (_, place) => look(place + 1, low, best, high));
  return html`<figure class="icon-array">
    <svg viewBox="0 0 120 120" role="img" aria-label=${label}>
      ${cells.map(
        (name, place) => html`<circle
          key=${place}
          class=${`icon-array-${name}`}
          cx=${(place % COLUMNS) * STEP + STEP / 2}
          cy=${Math.floor(place / COLUMNS) * STEP + STEP / 2}
          r="4.2"
        />`,
      )}
    </svg>
    <figcaption>
      <ul class="legend">
        ${["low", "best", "high", "none"].map(
          (name) => html`<li>
            <svg viewBox="0 0 12 12" width="16" height="16" aria-hidden="true">
              <circle class=${`icon-array-${name}`} cx="6" cy="6" r="4.2" />
            </svg>
            ${t(`array.${name}`, { low: number(low), best: number(best), high: number(high) })}
          </li>`,
        )}
      </ul>
    </figcaption>
  </figure>`;
}

/** @param {number} value */
function hundredths(value) {
  return Math.round(value * 100);
}

/** @param {number} count @param {number} low @param {number} best @param {number} high */
function look(count, low, best, high) {
  if (count <= Math.min(low, best)) return "low";
  if (count <= best) return "best";
  return count <= high ? "high" : "none";
}

import { html } from "../html.js";
import { diagnosisName, meaning } from "../state/wording.js";
import { t, tOr } from "../text.js";
import { HeatmapSlider } from "./heatmap-slider.js";
import { Icon } from "./icon.js";

/** Why the answer is what it is. @param {{check: Check}} props */
export function Why({ check }) {
  return html`<section class="card why" aria-labelledby="why-title">
    <h2 id="why-title">${t("check.why")}</h2>
    <p>${meaning(check)} ${t("check.likeliest", { name: diagnosisName(check.diagnoses[0]) })}</p>
    <${Issues} issues=${check.quality.issues} />
    <${HeatmapSlider} check=${check} />
  </section>`;
}

/** What the photo lacks, and how to take a better one. @param {{issues: string[]}} props */
function Issues({ issues }) {
  if (!issues.length) return null;
  return html`<div class="issues">
    <h3><${Icon} name="alert" size=${20} />${t("check.issues")}</h3>
    <ul>
      ${issues.map(
        (issue) => html`<li>
          <strong>${tOr(`issue.${issue}`, issue)}</strong>
          <span>${tOr(`retake.${issue}`, "")}</span>
        </li>`,
      )}
    </ul>
    <a class="button" href="#/new"><${Icon} name="camera" />${t("outbox.retake")}</a>
  </div>`;
}

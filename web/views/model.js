import { useEffect, useState } from "preact/hooks";

import * as api from "../api/model.js";
import { Header } from "../components/header.js";
import { IntervalPlot } from "../components/interval-plot.js";
import { ProblemNotice } from "../components/problem-notice.js";
import { html } from "../html.js";
import { user } from "../state/session.js";
import { t } from "../text.js";

const FIGURES = [
  "sensitivity_flagged",
  "specificity_flagged",
  "auc_malignant",
  "balanced_accuracy",
];
const EXTERNAL = ["auc_melanoma", "melanomas_called_benign", "specificity_flagged"];

export default function Model() {
  const [card, setCard] = useState(/** @type {ModelCard | null} */ (null));
  const [error, setError] = useState(/** @type {unknown} */ (null));
  useEffect(() => void api.get().then(setCard, setError), []);
  return html`<${Header} title=${t("model.title")} back=${user.value ? "account" : "login"} />
    <${ProblemNotice} error=${error} />
    ${!card && !error && html`<p class="loading" role="status">${t("loading")}</p>`}
    ${card && html`<${Card} card=${card} />`}`;
}

/** @param {{card: ModelCard}} props */
function Card({ card }) {
  const external = Object.entries(card.performance?.external ?? {});
  return html`<p class="view-sub">${card.name} ${card.version} · ${card.created}</p>
    <section class="card" aria-labelledby="use-title">
      <h2 id="use-title">${t("model.use")}</h2>
      <p lang="en">${card.intended_use}</p>
      <ul class="limits" lang="en">${card.out_of_scope_uses.map((use) => html`<li>${use}</li>`)}</ul>
    </section>
    ${
      card.performance &&
      html`<section class="card" aria-labelledby="figures-title">
      <h2 id="figures-title">${t("model.figures")}</h2>
      <p class="small">${t("model.figures.text")}</p>
      ${["clinical", "dermoscopic"].map(
        (modality) => html`<${IntervalPlot}
          title=${t(`modality.${modality}`)}
          rows=${rows(card.performance?.[modality] ?? {}, FIGURES)}
        />`,
      )}
      ${external.map(
        ([name, figures]) => html`<${IntervalPlot}
          title=${t("model.external", { name })}
          rows=${rows(figures, EXTERNAL)}
        />`,
      )}
    </section>`
    }
    <section class="card" aria-labelledby="known-title">
      <h2 id="known-title">${t("model.limitations")}</h2>
      <dl class="limitations" lang="en">
        ${card.limitations.map(({ title, text }) => html`<div><dt>${title}</dt><dd>${text}</dd></div>`)}
      </dl>
    </section>`;
}

/** @param {Record<string, Estimate>} figures @param {string[]} names */
function rows(figures, names) {
  return names
    .filter((name) => figures[name])
    .map((name) => ({ label: t(`figure.${name}`), estimate: figures[name] }));
}

import { useEffect, useState } from "preact/hooks";

import * as api from "../api/model.js";
import { Header } from "../components/header.js";
import { IntervalPlot } from "../components/interval-plot.js";
import { ProblemNotice } from "../components/problem-notice.js";
import { html } from "../html.js";
import { user } from "../state/session.js";
import { language, t } from "../text.js";

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
  const texts = useTranslations(language.value);
  useEffect(() => void api.get().then(setCard, setError), []);
  return html`<${Header} title=${t("model.title")} back=${user.value ? "account" : "login"} />
    <${ProblemNotice} error=${error} />
    ${!(card && texts) && !error && html`<p class="loading" role="status">${t("loading")}</p>`}
    ${card && texts && html`<${Card} card=${card} texts=${texts} />`}`;
}

/**
 * Return the texts of the card in a language by their originals, null until they are there.
 * @param {string} tag
 */
function useTranslations(tag) {
  const [texts, setTexts] = useState(/** @type {Record<string, string> | null} */ (null));
  useEffect(() => {
    let isCurrent = true;
    void api.translations(tag).then((found) => isCurrent && setTexts(found));
    return () => {
      isCurrent = false;
    };
  }, [tag]);
  return texts;
}

/** @param {{card: ModelCard, texts: Record<string, string>}} props */
function Card({ card, texts }) {
  // In the language of the page, or in English as it is in the card.
  const text = (/** @type {string} */ tag, /** @type {string} */ original) =>
    html`<${tag} lang=${original in texts ? undefined : "en"}>${texts[original] ?? original}<//>`;
  const external = Object.entries(card.performance?.external ?? {});
  return html`<p class="view-sub">${card.name} ${card.version} · ${card.created}</p>
    <section class="card" aria-labelledby="use-title">
      <h2 id="use-title">${t("model.use")}</h2>
      ${text("p", card.intended_use)}
      <h3>${t("model.notUse")}</h3>
      <ul class="limits">
        ${card.out_of_scope_uses.map((use) => text("li", use))}
      </ul>
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
      <dl class="limitations">
        ${card.limitations.map(
          (known) => html`<div>${text("dt", known.title)}${text("dd", known.text)}</div>`,
        )}
      </dl>
    </section>`;
}

/** @param {Record<string, Estimate>} figures @param {string[]} names */
function rows(figures, names) {
  return names
    .filter((name) => figures[name])
    .map((name) => ({ label: t(`figure.${name}`), estimate: figures[name] }));
}

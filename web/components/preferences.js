import { useId } from "preact/hooks";

import { html } from "../html.js";
import { setLanguage, setTheme, theme, THEMES } from "../state/settings.js";
import { LANGUAGES, language, t } from "../text.js";

/** The language and the colours. */
export function Preferences() {
  const id = useId();
  return html`<div class="preferences">
    <div class="field">
      <label for=${`${id}-language`}>${t("language")}</label>
      <select
        id=${`${id}-language`}
        value=${language.value}
        onChange=${(/** @type {any} */ event) => setLanguage(event.target.value)}
      >
        ${Object.entries(LANGUAGES).map(
          ([tag, name]) => html`<option value=${tag} lang=${tag}>${name}</option>`,
        )}
      </select>
    </div>
    <div class="field">
      <label for=${`${id}-theme`}>${t("theme")}</label>
      <select
        id=${`${id}-theme`}
        value=${theme.value}
        onChange=${(/** @type {any} */ event) => setTheme(event.target.value)}
      >
        ${THEMES.map((name) => html`<option value=${name}>${t(`theme.${name}`)}</option>`)}
      </select>
    </div>
  </div>`;
}

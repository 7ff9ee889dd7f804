import { useId } from "preact/hooks";

import { html } from "../html.js";
import { t } from "../text.js";
import { Field } from "./field.js";

export const BODY_SITES = [
  "scalp", "face", "ear", "nose", "lip", "neck", "chest", "abdomen", "back", "trunk", "genital",
  "arm", "forearm", "upper_extremity", "hand", "thigh", "lower_extremity", "foot", "acral",
]; // prettier-ignore

/**
 * What is known of the person and the place. All of it may be left out.
 * @param {{context: Partial<Context>, isForSeveral: boolean, onChange: (context: Partial<Context>) => void}} props
 */
export function ContextForm({ context, isForSeveral, onChange }) {
  const id = useId();
  const set = (/** @type {string} */ name) => (/** @type {any} */ event) =>
    onChange({ ...context, [name]: event.target.value || null });
  return html`<fieldset class="context">
    <legend>${t("context.title")}</legend>
    <p class="field-hint">
      ${t("context.why")}${isForSeveral ? ` ${t("context.several")}` : ""}
    </p>
    <div class="context-fields">
      <${Field}
        label=${t("context.age")}
        type="number"
        inputmode="numeric"
        min="0"
        max="120"
        step="1"
        value=${context.age ?? ""}
        onInput=${set("age")}
      />
      <div class="field">
        <label for=${`${id}-sex`}>${t("context.sex")}</label>
        <select id=${`${id}-sex`} value=${context.sex ?? ""} onChange=${set("sex")}>
          <option value="">${t("context.unsaid")}</option>
          <option value="female">${t("sex.female")}</option>
          <option value="male">${t("sex.male")}</option>
        </select>
      </div>
      <div class="field">
        <label for=${`${id}-site`}>${t("context.site")}</label>
        <select id=${`${id}-site`} value=${context.body_site ?? ""} onChange=${set("body_site")}>
          <option value="">${t("context.unsaid")}</option>
          ${BODY_SITES.map((site) => html`<option value=${site}>${t(`site.${site}`)}</option>`)}
        </select>
      </div>
    </div>
  </fieldset>`;
}

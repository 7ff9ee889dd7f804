import { html } from "../html.js";
import { dateTime, t } from "../text.js";

/** When, where and by what a check was made. @param {{check: Check}} props */
export function Facts({ check }) {
  const { age, sex, body_site: site } = check.context ?? {};
  const rows = [
    [t("facts.date"), dateTime(check.created_at)],
    [t("context.site"), site && t(`site.${site}`)],
    [t("context.age"), age],
    [t("context.sex"), sex && t(`sex.${sex}`)],
    [t("facts.model"), `${check.model.name} ${check.model.version}`],
    [t("facts.id"), check.id],
  ].filter(([, value]) => value !== null && value !== undefined);
  return html`<dl class="facts">
    ${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}
  </dl>`;
}

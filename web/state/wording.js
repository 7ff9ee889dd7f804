// The words of an answer. The service gives codes; its own words stand where there are no others.
import { language, t, tOr } from "../text.js";

/** From this probability on an actinic keratosis is mentioned, as the service does. */
const PREMALIGNANT = 0.3;

/** @param {Check} check */
export function adviceText(check) {
  const { level, text } = check.advice;
  const own = tOr(`advice.${level}`, text);
  const isPremalignant = check.premalignant_probability >= PREMALIGNANT;
  return own !== text && isPremalignant ? `${own} ${t("advice.premalignant")}` : own;
}

/** @param {Check} check */
export function adviceTimeFrame(check) {
  return tOr(`time.${check.advice.level}`, check.advice.time_frame);
}

/** @param {Check} check */
export function adviceTitle(check) {
  return tOr(`do.${check.advice.level}`, check.advice.time_frame);
}

/** @param {Check} check */
export function meaning(check) {
  return tOr(`meaning.${check.status}`, check.description);
}

/** @param {Diagnosis} diagnosis */
export function diagnosisName({ code, name }) {
  return tOr(`diagnosis.${code}`, name);
}

/** @param {string} text */
export function sentence(text) {
  return text.charAt(0).toLocaleUpperCase(language.value) + text.slice(1);
}

// Texts in the language of the person, from web/locales.
import { signal } from "@preact/signals";

export const LANGUAGES = { en: "English", de: "Deutsch", es: "Español" };

/** @type {import("@preact/signals").Signal<string>} */
export const language = signal("en");
/** @type {import("@preact/signals").Signal<Record<string, string>>} */
const texts = signal({});

/**
 * Return the text with this key; `{name}` in it stands for a value.
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 */
export function t(key, values = {}) {
  return format(texts.value[key] ?? key, values);
}

/**
 * Return a text with its `{name}` replaced.
 * @param {string} text
 * @param {Record<string, string | number>} values
 */
export function format(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/**
 * Return the text with this key, or another one if there is none.
 * @param {string} key
 * @param {string} fallback
 */
export function tOr(key, fallback) {
  return texts.value[key] ?? fallback;
}

/**
 * Return the form of a text for a number: `key.one` or `key.other`.
 * @param {string} key
 * @param {number} count
 */
export function plural(key, count) {
  const form = new Intl.PluralRules(language.value).select(count) === "one" ? "one" : "other";
  return t(`${key}.${form}`, { count: number(count) });
}

/** @param {number} value @param {Intl.NumberFormatOptions} [options] */
export function number(value, options) {
  return new Intl.NumberFormat(language.value, options).format(value);
}

/** @param {number} value from 0 to 1 */
export function percent(value) {
  return number(value, { style: "percent", maximumFractionDigits: value < 0.01 ? 1 : 0 });
}

/** @param {string | number} moment */
export function date(moment) {
  return new Intl.DateTimeFormat(language.value, { dateStyle: "long" }).format(new Date(moment));
}

/** @param {string | number} moment */
export function dateTime(moment) {
  const options = /** @type {const} */ ({ dateStyle: "medium", timeStyle: "short" });
  return new Intl.DateTimeFormat(language.value, options).format(new Date(moment));
}

/**
 * Return the first of the wanted languages that there are texts for.
 * @param {readonly string[]} wanted
 */
export function bestLanguage(wanted) {
  const found = wanted.map((tag) => tag.slice(0, 2).toLowerCase()).find((tag) => tag in LANGUAGES);
  return found ?? "en";
}

/** @param {string} tag */
export async function useLanguage(tag) {
  const response = await fetch(`/web/locales/${tag}.json`);
  if (!response.ok) throw new Error(`No texts in ${tag}.`);
  texts.value = await response.json();
  language.value = tag;
  document.documentElement.lang = tag;
}

// What went wrong, in the language of the person.
import { Offline, Problem, slugOf } from "../api/problem.js";
import { plural, t, tOr } from "../text.js";

/** @param {unknown} error */
export function problemText(error) {
  if (error instanceof Offline) return t("problem.offline");
  if (!(error instanceof Problem)) return t("problem.internal-error");
  if (error.retryAfter && error.status === 429) {
    return `${t("problem.too-many-requests")} ${plural("wait", error.retryAfter)}`;
  }
  return bodyText(error.body);
}

/** @param {ProblemBody} body */
export function bodyText(body) {
  const slug = slugOf(body);
  return tOr(`problem.${slug}`, body.detail || t("problem.internal-error"));
}

/**
 * Return what is wrong with a field of a form, if the service said so.
 * @param {unknown} error
 * @param {string} field
 */
export function fieldError(error, field) {
  if (!(error instanceof Problem)) return undefined;
  const found = error.body.errors?.[field];
  if (!found) return undefined;
  return tOr(`field.${field}`, found.join(" "));
}

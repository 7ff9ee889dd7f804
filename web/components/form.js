import { useState } from "preact/hooks";

import { html } from "../html.js";
import { t } from "../text.js";

/**
 * @typedef {{notice: Component, fieldError: (error: unknown, field: string) => string | undefined,
 *   error: unknown}} Failure
 */

/**
 * A form that tells that it is busy, and what went wrong.
 * @param {{submit: string, onStart?: () => void, onSubmit: (values: Record<string, string>) => Promise<unknown>,
 *   children: (errorOf: (field: string) => string | undefined) => any}} props
 */
export function Form({ submit, onStart, onSubmit, children }) {
  const [failure, setFailure] = useState(/** @type {Failure | null} */ (null));
  const [isBusy, setBusy] = useState(false);
  const send = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    const values = Object.fromEntries(new FormData(form));
    setBusy(true);
    setFailure(null);
    try {
      await onSubmit(/** @type {Record<string, string>} */ (values));
    } catch (error) {
      setFailure(await explain(error));
    } finally {
      setBusy(false);
    }
  };
  return html`<form class="stack" onFocusIn=${onStart} onSubmit=${send}>
    ${failure && html`<${failure.notice} error=${failure.error} />`}
    ${children((field) => failure?.fieldError(failure.error, field))}
    <button class="button button-main button-wide" disabled=${isBusy}>
      ${isBusy ? t("busy") : submit}
    </button>
  </form>`;
}

/**
 * Load the words for what went wrong, which most people never need.
 * @param {unknown} error
 * @returns {Promise<Failure>}
 */
async function explain(error) {
  const [{ ProblemNotice: notice }, { fieldError }] = await Promise.all([
    import("./problem-notice.js"),
    import("../state/problem-text.js"),
  ]);
  return { notice, fieldError, error };
}

import { useId } from "preact/hooks";

import { html } from "../html.js";

/**
 * An input with its label, a hint, and what is wrong with it.
 * @param {{label: string, hint?: string, error?: string, [attribute: string]: any}} props
 */
export function Field({ label, hint, error, ...attributes }) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return html`<div class="field">
    <label for=${id}>${label}</label>
    <input
      id=${id}
      aria-describedby=${described || undefined}
      aria-invalid=${error ? "true" : undefined}
      ...${attributes}
    />
    ${hint && html`<p class="field-hint" id=${`${id}-hint`}>${hint}</p>`}
    ${error && html`<p class="field-error" id=${`${id}-error`}>${error}</p>`}
  </div>`;
}

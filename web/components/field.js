import { useId, useState } from "preact/hooks";

import { html } from "../html.js";
import { t } from "../text.js";

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

/** A password that can be shown. @param {Record<string, any>} props those of Field */
export function PasswordField(props) {
  const [isShown, setShown] = useState(false);
  return html`<div class="password">
    <${Field} ...${props} type=${isShown ? "text" : "password"} spellcheck=${false} autocapitalize="none" />
    <button
      type="button"
      class="password-toggle"
      aria-pressed=${isShown}
      onClick=${() => setShown(!isShown)}
    >
      ${t(isShown ? "password.hide" : "password.show")}
    </button>
  </div>`;
}

/** A password that is chosen now. @param {Record<string, any>} props those of Field */
export function NewPasswordField(props) {
  return html`<${PasswordField}
    autocomplete="new-password"
    minlength="10"
    maxlength="128"
    required
    hint=${t("password.hint")}
    ...${props}
  />`;
}

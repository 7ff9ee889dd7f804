import { useState } from "preact/hooks";

import { html } from "../html.js";
import { t } from "../text.js";
import { Field } from "./field.js";

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

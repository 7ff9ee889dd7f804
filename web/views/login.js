import { Field, PasswordField } from "../components/field.js";
import { Form } from "../components/form.js";
import { Welcome } from "../components/welcome.js";
import { html } from "../html.js";
import { hasExpired } from "../state/session.js";
import { t } from "../text.js";

/** What sends the form. It is loaded when somebody starts to fill it in. */
const account = () => import("../api/account.js");

export default function Login() {
  // The frame goes on to the view that was wanted (main.js).
  const submit = async (/** @type {any} */ { email, password }) => {
    const { logIn } = await account();
    await logIn({ email, password });
  };
  return html`<${Welcome}>
    <h1 tabindex="-1">${t("login.title")}</h1>
    ${hasExpired.value && html`<p class="notice">${t("login.expired")}</p>`}
    <${Form} onStart=${account} submit=${t("login.submit")} onSubmit=${submit}>
      ${(/** @type {(field: string) => string | undefined} */ errorOf) => html`
        <${Field}
          label=${t("email")}
          name="email"
          type="email"
          autocomplete="username"
          required
          error=${errorOf("email")}
        />
        <${PasswordField} label=${t("password")} name="password" autocomplete="current-password" required />
      `}
    <//>
    <p class="switch">${t("login.new")} <a href="#/register">${t("login.register")}</a></p>
  <//>`;
}

import { Field, NewPasswordField } from "../components/field.js";
import { Form } from "../components/form.js";
import { Welcome } from "../components/welcome.js";
import { html } from "../html.js";
import { t } from "../text.js";

/** What sends the form. It is loaded when somebody starts to fill it in. */
const account = () => import("../api/account.js");

export default function Register() {
  // The frame goes on to the first photo (main.js).
  const submit = async (/** @type {any} */ { email, password, first_name: name }) => {
    const { register } = await account();
    await register({ email, password, ...(name.trim() && { first_name: name }) });
  };
  return html`<${Welcome}>
    <h1 tabindex="-1">${t("register.title")}</h1>
    <${Form} onStart=${account} submit=${t("register.submit")} onSubmit=${submit}>
      ${(/** @type {(field: string) => string | undefined} */ errorOf) => html`
        <${Field}
          label=${t("register.name")}
          name="first_name"
          autocomplete="given-name"
          maxlength="100"
          error=${errorOf("first_name")}
        />
        <${Field}
          label=${t("email")}
          name="email"
          type="email"
          autocomplete="username"
          required
          error=${errorOf("email")}
        />
        <${NewPasswordField}
          label=${t("password")}
          name="password"
          error=${errorOf("password")}
        />
      `}
    <//>
    <p class="switch">${t("register.known")} <a href="#/login">${t("login.submit")}</a></p>
  <//>`;
}

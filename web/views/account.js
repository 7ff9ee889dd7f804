import { useState } from "preact/hooks";

import { changePassword, erase, logOut } from "../api/account.js";
import { Dialog } from "../components/dialog.js";
import { NewPasswordField, PasswordField } from "../components/field.js";
import { Form } from "../components/form.js";
import { Header } from "../components/header.js";
import { Icon } from "../components/icon.js";
import { STAFF } from "../components/navigation.js";
import { Preferences } from "../components/preferences.js";
import { SessionList } from "../components/session-list.js";
import { html } from "../html.js";
import { problemText } from "../state/problem-text.js";
import { outbox } from "../state/outbox.js";
import { isAdmin, leaveDevice, user } from "../state/session.js";
import { say } from "../state/toasts.js";
import { date, plural, t } from "../text.js";

export default function Account() {
  const person = /** @type {User} */ (user.value);
  return html`<${Header} title=${person.first_name ?? t("account.title")}>
      <p class="view-sub">${person.email} · ${t("account.since", { date: date(person.created_at) })}</p>
    <//>
    <section class="card" aria-labelledby="preferences-title">
      <h2 id="preferences-title">${t("account.preferences")}</h2>
      <${Preferences} />
    </section>
    ${isAdmin.value && html`<${Staff} />`}
    <${SessionList} />
    <${Password} />
    <section class="card" aria-labelledby="about-title">
      <h2 id="about-title">${t("account.about")}</h2>
      <p>${t("notice")}</p>
      <a class="button" href="#/model">${t("welcome.model")}</a>
    </section>
    <${Leave} />`;
}

/** The views of staff, which a narrow navigation has no space for. */
function Staff() {
  return html`<section class="card" aria-labelledby="staff-title">
    <h2 id="staff-title">${t("nav.staff")}</h2>
    <div class="actions">
      ${STAFF.map(
        ({ path, icon, text }) =>
          html`<a class="button" href=${`#/${path}`}><${Icon} name=${icon} />${t(text)}</a>`,
      )}
    </div>
  </section>`;
}

function Password() {
  const [count, setCount] = useState(0);
  const submit = async (/** @type {any} */ { old_password: old, new_password: chosen }) => {
    await changePassword(old, chosen);
    say(t("account.password.done"));
    setCount(count + 1);
  };
  return html`<details class="card details">
    <summary><h2>${t("account.password")}</h2></summary>
    <${Form} key=${count} submit=${t("account.password.submit")} onSubmit=${submit}>
      ${(/** @type {(field: string) => string | undefined} */ errorOf) => html`
        <${PasswordField}
          label=${t("account.password.old")}
          name="old_password"
          autocomplete="current-password"
          required
        />
        <${NewPasswordField}
          label=${t("account.password.new")}
          name="new_password"
          error=${errorOf("new_password")}
        />
      `}
    <//>
  </details>`;
}

function Leave() {
  const [asked, ask] = useState(/** @type {"logout" | "erase" | null} */ (null));
  const [isBusy, setBusy] = useState(false);
  const finish = async (/** @type {() => Promise<unknown>} */ work) => {
    setBusy(true);
    try {
      await work();
      await leaveDevice();
    } catch (error) {
      say(problemText(error));
    }
    setBusy(false);
    ask(null);
  };
  const leave = () => (outbox.value.length ? ask("logout") : finish(logOut));
  return html`<section class="leave">
    <button type="button" class="button" disabled=${isBusy} onClick=${leave}>${t("account.logout")}</button>
    <button type="button" class="button button-quiet" onClick=${() => ask("erase")}>${t("account.erase")}</button>
    ${
      asked === "logout" &&
      html`<${Dialog}
      title=${t("account.logout")}
      confirm=${t("account.logout")}
      isBusy=${isBusy}
      onConfirm=${() => finish(logOut)}
      onClose=${() => ask(null)}
    >
      <p>${plural("account.waiting", outbox.value.length)}</p>
    <//>`
    }
    ${
      asked === "erase" &&
      html`<${Dialog}
      title=${t("account.erase.title")}
      confirm=${t("account.erase.confirm")}
      isCareful
      isBusy=${isBusy}
      onConfirm=${() => finish(erase)}
      onClose=${() => ask(null)}
    >
      <p>${t("account.erase.text")}</p>
    <//>`
    }
  </section>`;
}

import { useEffect, useState } from "preact/hooks";

import * as api from "../api/user.js";
import { Dialog } from "../components/dialog.js";
import { Header } from "../components/header.js";
import { Icon } from "../components/icon.js";
import { ProblemNotice } from "../components/problem-notice.js";
import { RoleDialog } from "../components/role-dialog.js";
import { html } from "../html.js";
import { user } from "../state/session.js";
import { dismiss, say } from "../state/toasts.js";
import { date, t } from "../text.js";

export default function StaffUsers() {
  const [users, setUsers] = useState(/** @type {User[] | null} */ (null));
  const [cursor, setCursor] = useState(/** @type {string | null} */ (null));
  const [error, setError] = useState(/** @type {unknown} */ (null));
  const [asked, ask] = useState(/** @type {User | null} */ (null));
  const [changing, change] = useState(/** @type {User | null} */ (null));
  const load = async (/** @type {string | null} */ after) => {
    const page = await api.list(after);
    setUsers([...((after && users) || []), ...page.users]);
    setCursor(page.next_cursor);
  };
  useEffect(() => void load(null).catch(setError), []);
  const remove = async () => {
    const { id } = /** @type {User} */ (asked);
    ask(null);
    await api
      .remove(id)
      .then(() => setUsers((users ?? []).filter((each) => each.id !== id)), setError);
  };
  const show = (/** @type {api.TaggedUser} */ { user: changed }) =>
    setUsers((users) => (users ?? []).map((each) => (each.id === changed.id ? changed : each)));
  const changed = (/** @type {User} */ before, /** @type {api.TaggedUser} */ after) => {
    change(null);
    setError(null);
    show(after);
    const { email, role } = after.user;
    const toast = say(t("people.role.done", { email, role: t(`role.${role}`) }), {
      label: t("undo"),
      onAction: () => {
        dismiss(toast);
        api.changeRole(after, before.role).then(show, setError);
      },
    });
  };
  return html`<${Header} title=${t("nav.people")} />
    <${ProblemNotice} error=${error} />
    ${!users && !error && html`<p class="loading" role="status">${t("loading")}</p>`}
    ${
      users &&
      html`<ul class="people">
      ${users.map(
        (person) => html`<${Person}
          key=${person.id}
          person=${person}
          onChange=${() => change(person)}
          onRemove=${() => ask(person)}
        />`,
      )}
    </ul>`
    }
    ${
      cursor &&
      html`<button type="button" class="button" onClick=${() => load(cursor).catch(setError)}>
      ${t("more")}
    </button>`
    }
    ${
      asked &&
      html`<${Dialog}
      title=${t("people.delete.title")}
      confirm=${t("people.delete")}
      isCareful
      onConfirm=${remove}
      onClose=${() => ask(null)}
    >
      <p>${t("people.delete.text", { email: asked.email })}</p>
    <//>`
    }
    ${
      changing &&
      html`<${RoleDialog} person=${changing} onChange=${changed} onClose=${() => change(null)} />`
    }`;
}

/** @param {{person: User, onChange: () => void, onRemove: () => void}} props */
function Person({ person, onChange, onRemove }) {
  const name = [person.first_name, person.last_name].filter(Boolean).join(" ");
  return html`<li class="person">
    <span class="person-text">
      <strong>${name || person.email}</strong>
      <span class="small">${name ? `${person.email} · ` : ""}${date(person.created_at)}</span>
    </span>
    <span class=${`role role-${person.role}`}>${t(`role.${person.role}`)}</span>
    ${
      person.id !== user.value?.id &&
      html`<button type="button" class="button button-small" onClick=${onChange}>
        ${t("people.role.change")}
        <span class="visually-hidden">: ${person.email}</span>
      </button>
      <button type="button" class="button button-small" onClick=${onRemove}>
      <${Icon} name="trash" size=${20} />
      <span class="visually-hidden">${t("people.delete")}: ${person.email}</span>
    </button>`
    }
  </li>`;
}

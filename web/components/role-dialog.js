import { useEffect, useId, useState } from "preact/hooks";

import * as api from "../api/user.js";
import { html } from "../html.js";
import { t } from "../text.js";
import { Dialog } from "./dialog.js";
import { ProblemNotice } from "./problem-notice.js";

const ROLES = /** @type {const} */ (["user", "doctor", "admin"]);

/**
 * Asks which role an account gets, and says what that means.
 * @param {{person: User, onChange: (before: User, after: api.TaggedUser) => void,
 *   onClose: () => void}} props
 */
export function RoleDialog({ person, onChange, onClose }) {
  const id = useId();
  const [read, setRead] = useState(/** @type {api.TaggedUser | null} */ (null));
  const [role, setRole] = useState(person.role);
  const [error, setError] = useState(/** @type {unknown} */ (null));
  const [isBusy, setBusy] = useState(false);
  const load = () => api.get(person.id).then(setRead, setError);
  // As it is now: the list may be old.
  useEffect(() => void load(), []);
  const before = read?.user ?? person;
  const confirm = async () => {
    if (!read) return;
    setError(null);
    setBusy(true);
    try {
      onChange(read.user, await api.changeRole(read, role));
    } catch (reason) {
      setError(reason);
      setBusy(false);
      await load();
    }
  };
  return html`<${Dialog}
    title=${t("people.role.title")}
    confirm=${t("people.role.change")}
    isBusy=${isBusy || !read || role === before.role}
    onConfirm=${confirm}
    onClose=${onClose}
  >
    <p><strong>${before.email}</strong>: ${t(`role.${before.role}`)}</p>
    <${ProblemNotice} error=${error} />
    <div class="field">
      <label for=${id}>${t("people.role.new")}</label>
      <select
        id=${id}
        value=${role}
        onChange=${(/** @type {any} */ event) => setRole(event.target.value)}
      >
        ${ROLES.map((each) => html`<option value=${each}>${t(`role.${each}`)}</option>`)}
      </select>
    </div>
    <p role="status">${t(`people.role.${role}`)} ${role !== before.role && t("people.role.ends")}</p>
  <//>`;
}

import { useEffect, useId, useRef } from "preact/hooks";

import { html } from "../html.js";
import { t } from "../text.js";

/**
 * A question that must be answered first.
 * @param {{title: string, children: any, confirm: string, isCareful?: boolean, isBusy?: boolean,
 *   onConfirm: () => void, onClose: () => void}} props
 */
export function Dialog({ title, children, confirm, isCareful, isBusy, onConfirm, onClose }) {
  const id = useId();
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useEffect(() => {
    const { current } = dialog;
    current?.showModal();
    // It gives the focus back to where it was.
    return () => current?.close();
  }, []);
  return html`<dialog ref=${dialog} class="dialog" aria-labelledby=${id} onClose=${onClose}>
    <h2 id=${id}>${title}</h2>
    <div class="stack">${children}</div>
    <div class="dialog-actions">
      <button type="button" class="button" onClick=${onClose}>${t("cancel")}</button>
      <button
        type="button"
        class=${`button ${isCareful ? "button-careful" : "button-main"}`}
        disabled=${isBusy}
        onClick=${onConfirm}
      >
        ${confirm}
      </button>
    </div>
  </dialog>`;
}

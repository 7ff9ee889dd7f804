import { useEffect, useState } from "preact/hooks";

import { Answer } from "../components/answer.js";
import { Facts } from "../components/facts.js";
import { Header } from "../components/header.js";
import { Icon } from "../components/icon.js";
import { Limits } from "../components/limits.js";
import { Numbers } from "../components/numbers.js";
import { Picture } from "../components/picture.js";
import { ProblemNotice } from "../components/problem-notice.js";
import { Why } from "../components/why.js";
import { html } from "../html.js";
import { go } from "../views.js";
import { getCheck, removeWithUndo } from "../state/checks.js";
import { t } from "../text.js";

/** @param {{id: string}} props */
export default function CheckView({ id }) {
  const [check, setCheck] = useState(/** @type {Check | null} */ (null));
  const [error, setError] = useState(/** @type {unknown} */ (null));
  useEffect(() => {
    getCheck(id).then(setCheck, setError);
  }, [id]);
  useTitle(check);
  if (error) {
    return html`<${Header} title=${t("check.title")} back="checks" /><${ProblemNotice} error=${error} />`;
  }
  if (!check) return html`<p class="loading" role="status">${t("loading")}</p>`;
  return html`<div class="check">
    <a class="back" href="#/checks"><${Icon} name="back" />${t("nav.checks")}</a>
    <div class="check-first">
      <${Answer} check=${check} />
      <${Picture} id=${check.id} alt=${t("check.photo.alt")} class="check-photo" />
    </div>
    <${Actions} check=${check} />
    <${Why} check=${check} />
    <${Numbers} check=${check} />
    <${Limits} />
    <p class="notice-line">${t("notice")}</p>
    <${Facts} check=${check} />
  </div>`;
}

/** @param {{check: Check}} props */
function Actions({ check }) {
  const remove = () => {
    removeWithUndo(check, {
      text: t("check.deleted"),
      undo: t("undo"),
      failed: t("check.undeleted"),
    });
    go("checks");
  };
  return html`<div class="actions">
    <button type="button" class="button" onClick=${() => print()}>
      <${Icon} name="print" />${t("check.print")}
    </button>
    <button type="button" class="button" onClick=${remove}><${Icon} name="trash" />${t("check.delete")}</button>
  </div>`;
}

/** The answer comes after the view: its title gets the focus then. @param {Check | null} check */
function useTitle(check) {
  useEffect(() => {
    const title = document.getElementById("answer-title");
    if (!title) return;
    document.title = `${t("check.title")} · ${t("brand")}`;
    title.focus({ preventScroll: true });
  }, [check]);
}

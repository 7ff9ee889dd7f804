import { Offline, Problem } from "../api/problem.js";
import { html } from "../html.js";
import { problemText } from "../state/problem-text.js";
import { Notice } from "./notice.js";

/** What went wrong, and what to do. @param {{error: unknown}} props */
export function ProblemNotice({ error }) {
  if (!error) return null;
  const icon = error instanceof Offline ? "offline" : "alert";
  const id = error instanceof Problem && error.status >= 500 ? error.body.request_id : null;
  return html`<${Notice} icon=${icon} tone="care" alert>
    <p>${problemText(error)}</p>
    ${id && html`<p class="small">${id}</p>`}
  <//>`;
}

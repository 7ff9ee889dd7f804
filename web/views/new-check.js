import { useEffect, useState } from "preact/hooks";

import { ContextForm } from "../components/context-form.js";
import { Header } from "../components/header.js";
import { OutboxList } from "../components/outbox-list.js";
import { PhotoDrop } from "../components/photo-drop.js";
import { PhotoTray } from "../components/photo-tray.js";
import { html } from "../html.js";
import { prepare } from "../photo/scale.js";
import { go } from "../views.js";
import { chosen } from "../state/chosen.js";
import { answered, enqueue, followed, outbox } from "../state/outbox.js";
import { plural, t } from "../text.js";

export default function NewCheck() {
  const [context, setContext] = useState(/** @type {Partial<Context>} */ ({}));
  const [isBusy, setBusy] = useState(false);
  useAnswer();
  const add = async (/** @type {File[]} */ files) => {
    setBusy(true);
    // One at a time: large photos take much memory.
    for (const file of files) chosen.value = [...chosen.value, await prepare(file)];
    setBusy(false);
  };
  const send = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const photos = chosen.value;
    chosen.value = [];
    followed.value = await enqueue(photos, context);
  };
  const remove = (/** @type {Blob} */ photo) => {
    chosen.value = chosen.value.filter((each) => each !== photo);
  };
  return html`<${Header} title=${t("new.title")} />
    <${OutboxList} />
    ${!chosen.value.length && html`<${PhotoDrop} onPhotos=${add} /> <${Advice} />`}
    ${isBusy && html`<p role="status">${t("new.preparing")}</p>`}
    ${
      chosen.value.length > 0 &&
      html`<form class="stack" onSubmit=${send}>
      <${PhotoTray} photos=${chosen.value} onRemove=${remove} onAdd=${add} />
      <${ContextForm}
        context=${context}
        isForSeveral=${chosen.value.length > 1}
        onChange=${setContext}
      />
      <button class="button button-main button-large button-wide" disabled=${isBusy}>
        ${plural("new.send", chosen.value.length)}
      </button>
      <p class="small">${t("new.promise")}</p>
    </form>`
    }`;
}

/** Show the answer when it is there, or the list if there are several. */
function useAnswer() {
  const sent = followed.value;
  useEffect(() => () => void (followed.value = []), []);
  const ids = sent.map((key) => answered.value[key]).filter(Boolean);
  const isDone = sent.length > 0 && !outbox.value.some((row) => sent.includes(row.key));
  useEffect(() => {
    if (isDone && ids.length) go(ids.length === 1 ? `checks/${ids[0]}` : "checks");
  }, [isDone]);
}

function Advice() {
  return html`<section class="card" aria-labelledby="how-title">
    <h2 id="how-title">${t("how.title")}</h2>
    <ol class="how">
      ${["light", "near", "still", "plain"].map((name) => html`<li>${t(`how.${name}`)}</li>`)}
    </ol>
    <p class="small">${t("how.urgent")}</p>
  </section>`;
}

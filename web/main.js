// The start of the web client.
import { render } from "preact";

import { App, loadFirstView } from "./app.js";
import { html } from "./html.js";
import { watchAddress } from "./views.js";
import { resume, user } from "./state/session.js";
import { read } from "./store/local.js";
import { bestLanguage, useLanguage } from "./text.js";

async function start() {
  // First of all: nobody waits with a link until the texts have come.
  watchAddress();
  document.documentElement.dataset.theme = read("theme") ?? "system";
  const language = read("language") ?? bestLanguage(navigator.languages);
  await Promise.all([useLanguage(language), loadFirstView()]);
  const root = /** @type {HTMLElement} */ (document.getElementById("app"));
  root.replaceChildren();
  render(html`<${App} />`, root);
  await resume();
  // A visitor who only looks at the first view does not wait for the rest.
  user.subscribe((person) => {
    if (person) void beginMember();
  });
}

async function beginMember() {
  try {
    const { begin } = await import("./member.js");
    await begin();
  } catch {
    // The network went away before the file was there.
    addEventListener("online", beginMember, { once: true });
  }
}

void start();

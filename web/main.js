// The start of the web client.
import { render } from "preact";

import { App } from "./app.js";
import { html } from "./html.js";
import { watchAddress } from "./router.js";
import { resume, user } from "./state/session.js";
import { loadSettings } from "./state/settings.js";

async function start() {
  // First of all: nobody waits with a link until the texts have come.
  watchAddress();
  await loadSettings();
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

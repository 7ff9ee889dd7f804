// The start of the web client, and the frame around all views.
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";

import { html } from "./html.js";
import { hasLeft, isAdmin, resume, user } from "./state/session.js";
import { read } from "./store/local.js";
import { bestLanguage, t, useLanguage } from "./text.js";
import { replace, route, VIEWS, watchAddress } from "./views.js";

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

function App() {
  const { name, params } = route.value;
  const view = VIEWS[name];
  const elsewhere = redirection(name);
  const [loaded, failure] = useView(elsewhere ? null : name);
  const Frame = useFrame();
  // A view that was shown before its frame would start anew inside of it.
  const Shown = user.value && !Frame ? null : loaded;
  useEffect(() => {
    if (elsewhere) replace(elsewhere);
  }, [elsewhere]);
  useFocus(Shown, JSON.stringify(params));
  const isFull = Boolean(view.full);
  const content = Shown
    ? html`<${Shown} key=${JSON.stringify(params)} ...${params} />`
    : html`<p class="loading" role="status">${t(failure ? "problem.offline" : "loading")}</p>`;
  const main = html`<main id="main" key="main" tabindex="-1">${content}</main>`;
  return html`<a class="skip" href="#main" onClick=${skip}>${t("skip")}</a>
    ${
      Frame && user.value
        ? html`<${Frame} isFull=${isFull}>${main}<//>`
        : html`<div class=${isFull ? "page page-full" : "page"}>${main}</div>`
    }`;
}

/** What somebody asked for who was not logged in. */
let wanted = "";

/**
 * Return where a person goes who may not see a view, null if the person may.
 * @param {string} name
 */
function redirection(name) {
  const { access } = VIEWS[name];
  if (access === "anyone") return null;
  if (access === "nobody") {
    if (!user.value) return null;
    return name === "register" ? "new" : wanted || "checks";
  }
  if (!user.value) {
    wanted = hasLeft.value ? "" : location.hash.replace(/^#\/?/, "");
    return "login";
  }
  wanted = "";
  return access === "admin" && !isAdmin.value ? "checks" : null;
}

/** The views that are loaded. @type {Map<string, Component>} */
const views = new Map();

/** @param {string} name */
async function loadView(name) {
  views.set(name, (await VIEWS[name].load()).default);
}

/** Load what is shown first, so that the page is drawn once. */
function loadFirstView() {
  const elsewhere = redirection(route.value.name);
  if (elsewhere) replace(elsewhere);
  // If it cannot be loaded, the app says so.
  return loadView(route.value.name).catch(() => {});
}

/**
 * Return the view with this name when it is loaded, and whether it cannot be loaded.
 * @param {string | null} name
 * @returns {[Component | null, boolean]}
 */
function useView(name) {
  const [tried, setTried] = useState("");
  useEffect(() => {
    if (!name || views.has(name)) return;
    let isCurrent = true;
    const show = () => isCurrent && setTried(name);
    loadView(name).then(show, show);
    return () => {
      isCurrent = false;
    };
  }, [name]);
  const view = views.get(name ?? "") ?? null;
  return [view, !view && tried === name];
}

/** Load the frame when somebody logs in. @returns {Component | null} */
function useFrame() {
  const [shown, setShown] = useState(/** @type {Component | null} */ (null));
  const isNeeded = Boolean(user.value) && !shown;
  useEffect(() => {
    if (isNeeded) import("./components/frame.js").then((module) => setShown(() => module.default));
  }, [isNeeded]);
  return shown;
}

/** Move the focus to the title of a new view, as a new page would. @param {unknown[]} of */
function useFocus(...of) {
  useEffect(() => {
    const title = document.querySelector("main h1");
    if (!(title instanceof HTMLElement)) return;
    document.title = `${title.textContent} · ${t("brand")}`;
    title.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, of);
}

/** The address after # names a view, so the link cannot do it itself. @param {Event} event */
function skip(event) {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

void start();

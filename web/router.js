// The address behind the #: which view is shown, and with what.
import { signal } from "@preact/signals";

import { match } from "./state/match.js";
import { VIEWS } from "./views.js";

/** @type {import("@preact/signals").Signal<Route>} */
export const route = signal(read());

/** @returns {Route} */
function read() {
  return match(Object.keys(VIEWS), location.hash) ?? { name: "checks", params: {} };
}

/** @param {string} path below `#/` */
export function go(path) {
  location.hash = `#/${path}`;
}

/** @param {string} path below `#/` */
export function replace(path) {
  history.replaceState(null, "", `#/${path}`);
  route.value = read();
}

export function watchAddress() {
  addEventListener("hashchange", () => {
    route.value = read();
  });
}

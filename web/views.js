// All views by their address behind the #, and the one that is shown. A new view is one file in
// views/, one line here, and one in components/navigation.js if the person should find it there.
import { signal } from "@preact/signals";

/**
 * `access`: who may see the view. `full`: the view has the whole screen, without navigation.
 * @type {Record<string, {load: () => Promise<{default: Component}>, access: Access, full?: boolean}>}
 */
export const VIEWS = {
  login: { load: () => import("./views/login.js"), access: "nobody", full: true },
  register: { load: () => import("./views/register.js"), access: "nobody", full: true },
  checks: { load: () => import("./views/checks.js"), access: "user" },
  "checks/:id": { load: () => import("./views/check.js"), access: "user" },
  new: { load: () => import("./views/new-check.js"), access: "user" },
  camera: { load: () => import("./views/camera.js"), access: "user", full: true },
  account: { load: () => import("./views/account.js"), access: "user" },
  model: { load: () => import("./views/model.js"), access: "anyone" },
  "staff/users": { load: () => import("./views/staff-users.js"), access: "admin" },
  "staff/checks": { load: () => import("./views/staff-checks.js"), access: "admin" },
};

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

/**
 * Return the first pattern that an address fits, with the values of its `:names`.
 * @param {readonly string[]} patterns such as `checks/:id`
 * @param {string} hash such as `#/checks/7`
 * @returns {Route | null}
 */
export function match(patterns, hash) {
  const parts = hash
    .replace(/^#?\/?/, "")
    .split("?")[0]
    .split("/");
  for (const pattern of patterns) {
    const names = pattern.split("/");
    if (names.length !== parts.length) continue;
    if (!names.every((name, place) => name.startsWith(":") || name === parts[place])) continue;
    const params = Object.fromEntries(
      names.flatMap((name, place) =>
        name.startsWith(":") ? [[name.slice(1), decodeURIComponent(parts[place])]] : [],
      ),
    );
    return { name: pattern, params };
  }
  return null;
}

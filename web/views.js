// All views by their address. A new view is one file in views/, one line here, and one in
// components/navigation.js if the person should find it there.

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

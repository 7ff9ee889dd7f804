// Accounts, for administrators.
import * as addresses from "./addresses.js";
import { JSON_BODY, request, requestJson } from "./client.js";

/** @typedef {{user: User, etag: string}} TaggedUser */

/** @param {string | null} [cursor] @returns {Promise<{users: User[], next_cursor: string | null}>} */
export const list = (cursor) =>
  requestJson(cursor ? `${addresses.users}?cursor=${encodeURIComponent(cursor)}` : addresses.users);

/** @param {string} id */
export const get = async (id) => tagged(await request(addresses.user(id)));

/** @param {string} id */
export const remove = (id) => request(addresses.user(id), { method: "DELETE" });

/**
 * Change the role of an account, if it still is as it was read. All its sessions end.
 * @param {TaggedUser} read
 * @param {User["role"]} role
 */
export async function changeRole({ user, etag }, role) {
  const headers = { ...JSON_BODY, "If-Match": etag };
  const options = { method: "PATCH", headers, body: JSON.stringify({ role }) };
  return tagged(await request(addresses.user(user.id), options));
}

/** @param {Response} response @returns {Promise<TaggedUser>} */
async function tagged(response) {
  return { user: await response.json(), etag: response.headers.get("ETag") ?? "" };
}

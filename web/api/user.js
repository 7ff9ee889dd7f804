// Accounts and reviews, for administrators.
import * as addresses from "./addresses.js";
import { request, requestJson } from "./client.js";

/** @param {string | null} [cursor] @returns {Promise<{users: User[], next_cursor: string | null}>} */
export const list = (cursor) =>
  requestJson(cursor ? `${addresses.users}?cursor=${encodeURIComponent(cursor)}` : addresses.users);

/** @param {string} id */
export const remove = (id) => request(addresses.user(id), { method: "DELETE" });

/** @param {string} id @param {Status} status @returns {Promise<Check>} */
export const review = (id, status) => requestJson(addresses.review(id, status), { method: "PUT" });

// The checks of all users and their labels, for administrators.
import * as addresses from "./addresses.js";
import { tagged } from "./check.js";
import { request, requestJson } from "./client.js";

/**
 * @param {{withReviewed: boolean, cursor: string | null}} query
 * @returns {Promise<{checks: Check[], next_cursor: string | null}>}
 */
export function list({ withReviewed, cursor }) {
  const query = new URLSearchParams();
  if (!withReviewed) query.set("reviewed", "false");
  if (cursor) query.set("cursor", cursor);
  return requestJson(`${addresses.allChecks}?${query}`);
}

/**
 * Set the label of a check, if it still is as its tag says.
 * @param {string} id
 * @param {Status} status
 * @param {string} etag
 */
export async function review(id, status, etag) {
  const options = { method: "PUT", headers: { "If-Match": etag } };
  return tagged(await request(addresses.review(id, status), options));
}

// Requests with the access token, which stands in memory only. The refresh token is in a cookie
// that no script can read.
import { enter, expire } from "../state/session.js";
import * as addresses from "./addresses.js";
import { Offline, Problem, problemOf } from "./problem.js";

/** Asks for the refresh token in a cookie. No page of another site can send it. */
const SESSION = { Session: "cookie" };
export const JSON_BODY = { "Content-Type": "application/json" };
const EARLY = 20_000;
/** Problems of a refresh by a page whose cookie is newer than it knows. */
const AGAIN = ["refresh-token-superseded", "idempotency-key-reused"];

/** @type {{token: string, until: number} | null} */
let access = null;
/** @type {Promise<Tokens> | null} */
let refreshing = null;
/** Of the refresh that has no answer yet. @type {string | null} */
let refreshKey = null;

/** Draw an Idempotency-Key: crypto.randomUUID is missing where a page does not come by https. */
export function drawKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {Tokens} tokens */
function keep(tokens) {
  access = { token: tokens.token, until: Date.now() + tokens.expires_in * 1000 };
  enter(tokens.user);
  return tokens;
}

/** @param {string} address @param {RequestInit} options */
async function send(address, options) {
  const response = await fetch(address, options).catch((error) => {
    if (error.name === "AbortError") throw error;
    throw new Offline(error.message);
  });
  if (!response.ok) throw await problemOf(response);
  return response;
}

/**
 * Log in, register or change the password: an answer with tokens.
 * @param {string} address
 * @param {object} body
 * @param {Record<string, string>} [headers]
 * @returns {Promise<Tokens>}
 */
export async function sendForTokens(address, body, headers = {}) {
  const response = await send(address, {
    method: "POST",
    headers: { ...SESSION, ...JSON_BODY, ...headers },
    body: JSON.stringify(body),
  });
  return keep(await response.json());
}

/**
 * Return new tokens. All who ask at the same time get the same ones, also in other tabs.
 * @returns {Promise<Tokens>}
 */
export function refresh() {
  refreshing ??= inTurn(renew).finally(() => {
    refreshing = null;
  });
  return refreshing;
}

/** @param {() => Promise<Tokens>} work */
function inTurn(work) {
  return navigator.locks ? navigator.locks.request("refresh", work) : work();
}

/** @returns {Promise<Tokens>} */
async function renew(isRepeated = false) {
  // An answer that the network lost had the only valid token: with its key, it is sent again.
  refreshKey ??= drawKey();
  try {
    const headers = { ...SESSION, "Idempotency-Key": refreshKey };
    // A page that is left meanwhile must still get the new cookie.
    const options = { method: "POST", headers, keepalive: true };
    const tokens = keep(await (await send(addresses.refresh, options)).json());
    refreshKey = null;
    return tokens;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    refreshKey = null;
    if (AGAIN.includes(error.slug) && !isRepeated) {
      // Another tab was faster, or the body of an answer was lost and its cookie was not.
      await new Promise((resolve) => setTimeout(resolve, 400));
      return renew(true);
    }
    if (error.status === 401) {
      access = null;
      void expire();
    }
    throw error;
  }
}

/** @returns {Promise<string>} */
export async function accessToken() {
  if (!access || access.until - EARLY < Date.now()) {
    const isJoined = Boolean(refreshing);
    await refresh().catch((error) => {
      // Of a refresh that somebody else began, the answer may be lost: it is sent once more.
      if (!isJoined || !(error instanceof Offline)) throw error;
      return refresh();
    });
  }
  return access?.token ?? "";
}

/**
 * Send a request as the person who is logged in, once more if the token has ended.
 * @param {string} address
 * @param {RequestInit} [options]
 */
export async function request(address, options = {}) {
  try {
    return await authorised(address, options);
  } catch (error) {
    if (!(error instanceof Problem) || error.slug !== "not-authenticated") throw error;
    await refresh();
    return authorised(address, options);
  }
}

/** @param {string} address @param {RequestInit} options */
async function authorised(address, options) {
  const headers = { ...options.headers, Authorization: `Bearer ${await accessToken()}` };
  return send(address, { ...options, headers });
}

/** @param {string} address @param {RequestInit} [options] */
export async function requestJson(address, options) {
  return (await request(address, options)).json();
}

/** @param {string} address */
export async function getPublic(address) {
  return (await send(address, {})).json();
}

/**
 * End something of this session: the answer also removes the cookie.
 * @param {string} method
 * @param {string} address
 */
export async function endSession(method, address) {
  await request(address, { method, headers: SESSION });
  access = null;
}

/**
 * Delete something while the page is being left, when nothing can wait any more.
 * @param {string} address
 */
export function deleteOnLeaving(address) {
  if (!access) return;
  const headers = { Authorization: `Bearer ${access.token}` };
  void fetch(address, { method: "DELETE", headers, keepalive: true }).catch(() => {});
}

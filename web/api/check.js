// The checks of the person.
import * as addresses from "./addresses.js";
import { accessToken, deleteOnLeaving, refresh, request, requestJson } from "./client.js";
import { Offline, Problem, seconds } from "./problem.js";

/**
 * @param {{status?: string | null, cursor?: string | null}} [query]
 * @returns {Promise<{checks: Check[], next_cursor: string | null}>}
 */
export function list({ status, cursor } = {}) {
  const query = new URLSearchParams();
  if (status) query.set("status", status);
  if (cursor) query.set("cursor", cursor);
  return requestJson(query.size ? `${addresses.checks}?${query}` : addresses.checks);
}

/** @typedef {{check: Check, etag: string, isOwn: boolean}} TaggedCheck */

/** @param {string} id */
export const get = async (id) => tagged(await request(addresses.check(id)));

/** @param {Response} response @returns {Promise<TaggedCheck>} */
export async function tagged(response) {
  const { headers } = response;
  // Of the checks of others, which administrators see, nothing may be kept.
  const isOwn = headers.get("Cache-Control") !== "no-store";
  return { check: await response.json(), etag: headers.get("ETag") ?? "", isOwn };
}

/** @param {string} id */
export const remove = (id) => request(addresses.check(id), { method: "DELETE" });

/** @param {string} id */
export const removeOnLeaving = (id) => deleteOnLeaving(addresses.check(id));

/** @param {string} id @param {"photo" | "heatmap"} kind @returns {Promise<Blob>} */
export const picture = async (id, kind) => (await request(addresses[kind](id))).blob();

/**
 * Assess a photo. A second try with the same key makes no second check.
 * @param {Waiting} waiting
 * @param {{onProgress: (fraction: number) => void, signal?: AbortSignal}} options
 * @returns {Promise<Check>}
 */
export async function create(waiting, options) {
  try {
    return await upload(waiting, options);
  } catch (error) {
    if (!(error instanceof Problem) || error.slug !== "not-authenticated") throw error;
    await refresh();
    return upload(waiting, options);
  }
}

/**
 * @param {Waiting} waiting
 * @param {{onProgress: (fraction: number) => void, signal?: AbortSignal}} options
 * @returns {Promise<Check>}
 */
async function upload(waiting, { onProgress, signal }) {
  const token = await accessToken();
  const form = new FormData();
  for (const [name, value] of Object.entries(waiting.context)) {
    if (value !== null && value !== "") form.set(name, String(value));
  }
  form.set("photo", waiting.photo, "photo.jpg");
  return new Promise((resolve, reject) => {
    // Unlike fetch, it reports how much was sent.
    const sender = new XMLHttpRequest();
    sender.open("POST", addresses.checks);
    sender.setRequestHeader("Authorization", `Bearer ${token}`);
    sender.setRequestHeader("Idempotency-Key", waiting.key);
    sender.upload.onprogress = (event) => onProgress(event.loaded / Math.max(event.total, 1));
    sender.onerror = () => reject(new Offline());
    sender.onabort = () => reject(new DOMException("Cancelled", "AbortError"));
    sender.onload = () => finish(sender, resolve, reject);
    signal?.addEventListener("abort", () => sender.abort());
    sender.send(form);
  });
}

/**
 * @param {XMLHttpRequest} sender
 * @param {(check: Check) => void} resolve
 * @param {(problem: Problem) => void} reject
 */
function finish(sender, resolve, reject) {
  const body = parsed(sender.responseText);
  if (sender.status === 201 && body) return resolve(body);
  const unknown = { type: "/problems/internal-error", title: "", detail: "" };
  const problem = { ...unknown, ...body, status: sender.status };
  reject(new Problem(problem, seconds(sender.getResponseHeader("Retry-After"))));
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

// Photos on their way: kept on this device until the service has answered, and never sent twice.
import { computed, signal } from "@preact/signals";

import { create } from "../api/check.js";
import { drawKey } from "../api/client.js";
import { Offline, Problem } from "../api/problem.js";
import { go } from "../views.js";
import { all, put, remove } from "../store/database.js";
import { t } from "../text.js";
import { addCheck } from "./checks.js";
import { report } from "./network.js";
import { user } from "./session.js";
import { say } from "./toasts.js";

/** What the service accepts. */
const MAX_BYTES = 20 * 1024 * 1024;
const MAX_AGE = 14 * 24 * 3600 * 1000;
/** Seconds until the next try, where the service does not say. */
const PAUSE = 15;

/** @type {import("@preact/signals").Signal<Waiting[]>} */
const rows = signal([]);
/** How much of the photo that is being sent has arrived, 0 to 1. */
export const progress = signal(0);
/** Why the next photo waits: a slug of a problem, `offline`, or null. */
export const pause = signal(/** @type {{slug: string, seconds: number} | null} */ (null));
/** The photos of this person, the first taken first. */
export const outbox = computed(() => rows.value.filter((row) => row.user === user.value?.id));

/** @type {AbortController | null} */
let current = null;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

export async function loadOutbox() {
  /** @type {Waiting[]} */
  const kept = await all("outbox").catch(() => []);
  const [old, fresh] = [kept.filter(isOld), kept.filter((row) => !isOld(row))];
  for (const row of old) await remove("outbox", row.key);
  // A page that was closed while it sent left them in this state.
  rows.value = fresh
    .map((row) =>
      row.state === "sending" ? { ...row, state: /** @type {const} */ ("waiting") } : row,
    )
    .sort((a, b) => a.created - b.created);
}

/** @param {Waiting} row */
function isOld(row) {
  return Date.now() - row.created > MAX_AGE;
}

/**
 * Keep photos with their context, and send them.
 * @param {Blob[]} photos
 * @param {Partial<Context>} context
 * @returns {Promise<string[]>} their keys
 */
export async function enqueue(photos, context) {
  const owner = /** @type {User} */ (user.value).id;
  const added = photos.map((photo, place) => ({
    key: drawKey(),
    user: owner,
    photo,
    context,
    created: Date.now() + place,
    ...stateOf(photo),
  }));
  // Without storage, they are kept as long as the page is open.
  for (const row of added) await put("outbox", row).catch(() => {});
  rows.value = [...rows.value, ...added];
  void flush();
  return added.map((row) => row.key);
}

/** @param {Blob} photo @returns {Pick<Waiting, "state" | "problem">} */
function stateOf(photo) {
  if (photo.size <= MAX_BYTES) return { state: "waiting" };
  // The service ends the connection of such an upload, which looks like a lost network.
  const problem = { type: "/problems/photo-too-large", title: "", detail: "", status: 413 };
  return { state: "refused", problem };
}

/** @param {string} key */
export async function discard(key) {
  if (rows.value.find((row) => row.key === key)?.state === "sending") current?.abort();
  rows.value = rows.value.filter((row) => row.key !== key);
  await remove("outbox", key).catch(() => {});
}

/** Send what waits, one after the other. Two tabs do not send at the same time. */
export async function flush() {
  clearTimeout(timer);
  if (!navigator.locks) return sendAll();
  await navigator.locks.request("outbox", { ifAvailable: true }, async (lock) => {
    if (lock) await sendAll();
  });
}

async function sendAll() {
  for (;;) {
    const next = outbox.value.find((row) => row.state === "waiting");
    if (!next || !(await sendOne(next))) return;
  }
}

/** @param {Waiting} row @returns {Promise<boolean>} whether to go on with the next one */
async function sendOne(row) {
  current = new AbortController();
  progress.value = 0;
  mark(row.key, { state: "sending" });
  try {
    const onProgress = (/** @type {number} */ fraction) => {
      progress.value = fraction;
    };
    const check = await create(row, { onProgress, signal: current.signal });
    pause.value = null;
    report(true);
    await addCheck(check);
    answered.value = { ...answered.value, [row.key]: check.id };
    await discard(row.key);
    if (!followed.value.includes(row.key)) announce(check);
    return true;
  } catch (error) {
    return failed(row, error);
  } finally {
    current = null;
  }
}

/** The photos whose answer a view waits for: their keys. */
export const followed = signal(/** @type {string[]} */ ([]));

/** @param {Check} check whose photo was sent long after it was taken */
function announce(check) {
  say(t("outbox.answered"), {
    label: t("outbox.show"),
    seconds: 20,
    onAction: () => go(`checks/${check.id}`),
  });
}

/** The checks that photos of this page became, by the key of the photo. */
export const answered = signal(/** @type {Record<string, string>} */ ({}));

/** @param {Waiting} row @param {unknown} error @returns {boolean} whether to go on */
function failed(row, error) {
  if (error instanceof DOMException && error.name === "AbortError") return true;
  if (error instanceof Problem && isFinal(error)) {
    mark(row.key, { state: "refused", problem: error.body });
    return true;
  }
  mark(row.key, { state: "waiting" });
  if (error instanceof Problem && error.status === 401) return false;
  if (error instanceof Offline) report(false);
  const seconds = (error instanceof Problem && error.retryAfter) || PAUSE;
  pause.value = { slug: error instanceof Problem ? error.slug : "offline", seconds };
  timer = setTimeout(flush, seconds * 1000);
  return false;
}

/** @param {Problem} problem whether another try of the same photo would get the same answer */
function isFinal({ status }) {
  return status >= 400 && status < 500 && ![401, 408, 429].includes(status);
}

/** @param {string} key @param {Partial<Waiting>} change */
function mark(key, change) {
  rows.value = rows.value.map((row) => (row.key === key ? { ...row, ...change } : row));
  const row = rows.value.find((each) => each.key === key);
  if (row) void put("outbox", row).catch(() => {});
}

// The checks of the person: from the service, or the last ones from this device.
import { computed, signal } from "@preact/signals";

import * as api from "../api/check.js";
import { Offline } from "../api/problem.js";
import { all, get as stored, put, remove as unstore } from "../store/database.js";
import { read, write } from "../store/local.js";
import { report } from "./network.js";
import { dismiss, say } from "./toasts.js";

const KEPT = 50;
const UNDO_SECONDS = 7;

/** @type {import("@preact/signals").Signal<Check[] | null>} */
const loaded = signal(null);
/** @type {import("@preact/signals").Signal<Status | null>} */
export const filter = signal(null);
export const nextCursor = signal(/** @type {string | null} */ (null));
/** Whether the list is the one that this device keeps. */
export const isKept = signal(false);
const leaving = signal(/** @type {Record<string, ReturnType<typeof setTimeout>>} */ ({}));
/** Checks whose deletion was sent while the page was left: nobody knows whether it arrived. */
const left = signal(/** @type {string[]} */ (read("deleting") ?? []));

/** The checks to show, the newest first; null before they are loaded. */
export const checks = computed(
  () => loaded.value?.filter(({ id }) => !(id in leaving.value || left.value.includes(id))) ?? null,
);

/** @param {Status | null} status */
export async function load(status = filter.value) {
  filter.value = status;
  try {
    const page = await api.list({ status });
    if (filter.value !== status) return;
    report(true);
    isKept.value = false;
    // First of all: pictures are kept with their checks only.
    await keep(page.checks);
    if (filter.value !== status) return;
    loaded.value = page.checks;
    nextCursor.value = page.next_cursor;
    await finishDeletions(page.checks);
  } catch (error) {
    if (!(error instanceof Offline)) throw error;
    report(false);
    isKept.value = true;
    nextCursor.value = null;
    const kept = await keptChecks();
    loaded.value = status ? kept.filter((check) => check.status === status) : kept;
  }
}

/** @param {Check[]} present */
async function finishDeletions(present) {
  const again = present.filter(({ id }) => left.value.includes(id));
  for (const { id } of again) await api.remove(id).catch(() => {});
  if (!again.length) rememberDeletions([]);
}

/** @param {string[]} ids */
function rememberDeletions(ids) {
  left.value = ids;
  write("deleting", ids.length ? ids : null);
}

export async function loadMore() {
  const page = await api.list({ status: filter.value, cursor: nextCursor.value });
  loaded.value = [...(loaded.value ?? []), ...page.checks];
  nextCursor.value = page.next_cursor;
}

/** @returns {Promise<Check[]>} */
async function keptChecks() {
  /** @type {Check[]} */
  const kept = await all("checks").catch(() => []);
  return kept.sort((a, b) => (a.created_at < b.created_at ? 1 : -1));
}

/** @param {Check[]} added */
async function keep(added) {
  await Promise.all(added.map((check) => put("checks", check))).catch(() => {});
  for (const check of (await keptChecks()).slice(KEPT)) await forgetCheck(check.id);
}

/** @param {string} id */
async function forgetCheck(id) {
  await unstore("checks", id).catch(() => {});
  for (const kind of ["photo", "heatmap"])
    await unstore("pictures", `${id}/${kind}`).catch(() => {});
}

/** @param {Check} check */
export async function addCheck(check) {
  await keep([check]);
  const others = (loaded.value ?? []).filter((each) => each.id !== check.id);
  if (loaded.value && (!filter.value || filter.value === check.status)) {
    loaded.value = [check, ...others];
  }
}

/** @param {string} id @returns {Promise<Check>} */
export async function getCheck(id) {
  try {
    const { check, isOwn } = await api.get(id);
    report(true);
    if (isOwn) await keep([check]);
    return check;
  } catch (error) {
    if (!(error instanceof Offline)) throw error;
    report(false);
    const kept = await stored("checks", id).catch(() => null);
    if (kept) return kept;
    throw error;
  }
}

/**
 * Delete a check after some seconds in which the person can undo it.
 * @param {Check} check
 * @param {{text: string, undo: string, failed: string}} words
 */
export function removeWithUndo(check, words) {
  const timer = setTimeout(() => void removeNow(check, words.failed), UNDO_SECONDS * 1000);
  leaving.value = { ...leaving.value, [check.id]: timer };
  const toast = say(words.text, {
    label: words.undo,
    seconds: UNDO_SECONDS,
    onAction: () => {
      restore(check.id);
      dismiss(toast);
    },
  });
}

/** @param {string} id */
function restore(id) {
  const { [id]: timer, ...others } = leaving.value;
  clearTimeout(timer);
  leaving.value = others;
}

/** @param {Check} check @param {string} failure */
async function removeNow(check, failure) {
  try {
    await api.remove(check.id);
    loaded.value = loaded.value?.filter((each) => each.id !== check.id) ?? null;
    await forgetCheck(check.id);
  } catch {
    say(failure);
  }
  restore(check.id);
}

/** Who leaves the page meant the deletion. */
export function removeAllOnLeaving() {
  rememberDeletions([...left.value, ...Object.keys(leaving.value)]);
  for (const [id, timer] of Object.entries(leaving.value)) {
    clearTimeout(timer);
    api.removeOnLeaving(id);
    void forgetCheck(id);
  }
}

export function forgetAll() {
  Object.keys(leaving.value).forEach(restore);
  loaded.value = null;
  nextCursor.value = null;
  filter.value = null;
}

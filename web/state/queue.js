// The checks of all users, one after another, for whoever labels them.
import { signal } from "@preact/signals";

import { get } from "../api/check.js";
import { Problem } from "../api/problem.js";
import * as api from "../api/review.js";
import { t } from "../text.js";
import { pictureAddress } from "./pictures.js";
import { say } from "./toasts.js";

/** When no more checks than this are left, the next page is loaded. */
const AHEAD = 5;

export class Queue {
  /** The checks that are loaded, null before the first page. */
  checks = signal(/** @type {Check[] | null} */ (null));
  /** Which of them is shown; behind the last one when all are done. */
  place = signal(0);
  /** The ids of those that were labelled here. */
  labelled = signal(/** @type {string[]} */ ([]));
  /** Whether there are no more pages. */
  isComplete = signal(false);

  /** @type {string | null} */
  #cursor = null;
  /** @type {Promise<void> | null} */
  #loading = null;
  #isBusy = false;
  /** The tags of the checks that were looked at. @type {Map<string, string>} */
  #tags = new Map();

  /** @param {boolean} withReviewed whether checks that a person has labelled are in it, too */
  constructor(withReviewed) {
    this.withReviewed = withReviewed;
  }

  get check() {
    return this.checks.value?.[this.place.value] ?? null;
  }

  /** Load the next page. */
  async load() {
    this.#loading ??= this.#loadPage().finally(() => {
      this.#loading = null;
    });
    await this.#loading;
    await this.#look();
  }

  async #loadPage() {
    const { withReviewed } = this;
    const page = await api.list({ withReviewed, cursor: this.#cursor });
    this.#cursor = page.next_cursor;
    this.isComplete.value = !page.next_cursor;
    const before = this.checks.value ?? [];
    const isNew = (/** @type {Check} */ { id }) => before.every((each) => each.id !== id);
    this.checks.value = [...before, ...page.checks.filter(isNew)];
  }

  /** @param {number} step */
  move(step) {
    this.#step(step);
    return this.prepare();
  }

  /** @param {number} step */
  #step(step) {
    const count = this.checks.value?.length ?? 0;
    this.place.value = Math.max(0, Math.min(this.place.value + step, count));
  }

  /** Read what is shown, and load what comes soon. */
  async prepare() {
    const left = (this.checks.value?.length ?? 0) - this.place.value;
    await (left <= AHEAD && !this.isComplete.value ? this.load() : this.#look());
  }

  /**
   * Label the check that is shown, and step to the next one.
   * @param {Status} status
   * @returns {Promise<boolean>} whether it was labelled
   */
  async label(status) {
    const { check } = this;
    if (!check || this.#isBusy) return false;
    this.#isBusy = true;
    try {
      await this.#look();
      if (this.check?.id !== check.id) return false;
      const { check: changed, etag } = await api.review(
        check.id,
        status,
        this.#tags.get(check.id) ?? "",
      );
      this.#put(changed, etag);
      this.labelled.value = [...new Set([...this.labelled.value, check.id])];
      if (this.check?.id === check.id) this.#step(1);
    } catch (error) {
      // Somebody else was faster: what is there now is shown.
      this.#tags.delete(check.id);
      await this.#look().catch(() => {});
      throw error;
    } finally {
      this.#isBusy = false;
    }
    return true;
  }

  /** Show any check. @param {string} id */
  async show(id) {
    const { check, etag } = await get(id);
    const others = (this.checks.value ?? []).filter((each) => each.id !== check.id);
    this.place.value = Math.min(this.place.value, others.length);
    this.checks.value = others.toSpliced(this.place.value, 0, check);
    this.#tags.set(check.id, etag);
  }

  /** Read the check that is shown as it is now, and prepare the next one. */
  async #look() {
    const { check } = this;
    if (!check || this.#tags.has(check.id)) return;
    const next = this.checks.value?.[this.place.value + 1];
    if (next) for (const kind of KINDS) pictureAddress(next.id, kind).catch(() => {});
    try {
      const { check: now, etag } = await get(check.id);
      this.#put(now, etag);
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 404) throw error;
      this.checks.value = (this.checks.value ?? []).filter(({ id }) => id !== check.id);
      say(t("relabel.gone"));
    }
  }

  /** @param {Check} changed @param {string} etag */
  #put(changed, etag) {
    this.#tags.set(changed.id, etag);
    const checks = this.checks.value ?? [];
    this.checks.value = checks.map((each) => (each.id === changed.id ? changed : each));
  }
}

const KINDS = /** @type {const} */ (["photo", "heatmap"]);

// Short messages at the edge of the screen.
import { signal } from "@preact/signals";

/** @typedef {{id: number, text: string, label?: string, onAction?: () => void}} Toast */

/** @type {import("@preact/signals").Signal<Toast[]>} */
export const toasts = signal([]);
let last = 0;

/**
 * Show a message, with one action if there is something to undo.
 * @param {string} text
 * @param {{label?: string, onAction?: () => void, seconds?: number}} [options]
 */
export function say(text, { label, onAction, seconds = 6 } = {}) {
  const id = ++last;
  toasts.value = [...toasts.value.slice(-2), { id, text, label, onAction }];
  setTimeout(() => dismiss(id), seconds * 1000);
  return id;
}

/** @param {number} id */
export function dismiss(id) {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

// The photos that were taken or chosen, before they are sent.
import { signal } from "@preact/signals";

/** @type {import("@preact/signals").Signal<Blob[]>} */
export const chosen = signal([]);

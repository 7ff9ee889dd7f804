// Who is logged in.
import { computed, signal } from "@preact/signals";

import { read, write } from "../store/local.js";

/** @type {import("@preact/signals").Signal<User | null>} */
export const user = signal(read("user"));
/** Whether the login ended without the person asking for it. */
export const hasExpired = signal(false);
/** Whether the person left on purpose, and not only for a while. */
export const hasLeft = signal(false);
export const isAdmin = computed(() => user.value?.role === "admin");

/** Go on with the login of the last visit. Without a network, what is kept here can be read. */
export async function resume() {
  if (!user.value) return;
  const { refresh } = await import("../api/client.js");
  await refresh().catch(() => {});
}

/** @param {User} person who has new tokens */
export function enter(person) {
  user.value = person;
  hasExpired.value = hasLeft.value = false;
  write("user", person);
}

/** The service has ended the login. */
export async function expire() {
  if (!user.value) return;
  hasExpired.value = true;
  leave();
  // Photos that are not sent yet stay: they are sent after the next login of the same person.
  const { clear } = await import("../store/database.js");
  await Promise.all([clear("checks"), clear("pictures")]).catch(() => {});
}

/** Remove everything of the person from this device. */
export async function leaveDevice() {
  hasExpired.value = false;
  hasLeft.value = true;
  leave();
  const { clearAll } = await import("../store/database.js");
  await clearAll().catch(() => {});
}

function leave() {
  user.value = null;
  write("user", null);
  write("deleting", null);
}

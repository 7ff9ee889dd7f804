// Language and colours, as the person chooses them on this device. main.js shows them at the start.
import { signal } from "@preact/signals";

import { useLanguage } from "../text.js";
import { read, write } from "../store/local.js";

export const THEMES = ["system", "light", "dark"];

/** @type {import("@preact/signals").Signal<string>} */
export const theme = signal(read("theme") ?? "system");

/** @param {string} name */
export function setTheme(name) {
  theme.value = name;
  document.documentElement.dataset.theme = name;
  write("theme", name);
}

/** @param {string} tag */
export async function setLanguage(tag) {
  await useLanguage(tag);
  write("language", tag);
}

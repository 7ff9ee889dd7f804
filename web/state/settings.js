// Language and colours, as the person chose them on this device.
import { signal } from "@preact/signals";

import { bestLanguage, useLanguage } from "../text.js";
import { read, write } from "../store/local.js";

export const THEMES = ["system", "light", "dark"];

/** @type {import("@preact/signals").Signal<string>} */
export const theme = signal("system");

export async function loadSettings() {
  setTheme(read("theme") ?? "system", false);
  await useLanguage(read("language") ?? bestLanguage(navigator.languages));
}

/** @param {string} name @param {boolean} [isChosen] */
export function setTheme(name, isChosen = true) {
  theme.value = THEMES.includes(name) ? name : "system";
  if (theme.value === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme.value;
  if (isChosen) write("theme", theme.value);
}

/** @param {string} tag */
export async function setLanguage(tag) {
  await useLanguage(tag);
  write("language", tag);
}

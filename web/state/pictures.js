// Photos and heat maps. They need the token, so an <img> cannot fetch them itself.
import { picture } from "../api/check.js";
import { get, put } from "../store/database.js";

const MAX_HELD = 60;
/** @type {Map<string, Promise<string>>} */
const held = new Map();

/**
 * Return an address of a picture for an <img>.
 * @param {string} id of the check
 * @param {"photo" | "heatmap"} kind
 */
export function pictureAddress(id, kind) {
  const name = `${id}/${kind}`;
  const found = held.get(name) ?? fetchPicture(id, kind, name);
  held.delete(name);
  held.set(name, found);
  found.catch(() => held.delete(name));
  const [oldest] = held.keys();
  if (held.size > MAX_HELD) held.delete(oldest);
  return found;
}

/** @param {string} id @param {"photo" | "heatmap"} kind @param {string} name */
async function fetchPicture(id, kind, name) {
  const kept = await get("pictures", name).catch(() => null);
  const blob = kept?.blob ?? (await picture(id, kind));
  if (!kept) await keep(id, name, blob).catch(() => {});
  return URL.createObjectURL(blob);
}

/** Keep the picture of a check that this device keeps. @param {string} id @param {string} name @param {Blob} blob */
async function keep(id, name, blob) {
  if (await get("checks", id)) await put("pictures", { name, blob });
}

export function forgetPictures() {
  for (const address of held.values()) {
    address.then((each) => URL.revokeObjectURL(each)).catch(() => {});
  }
  held.clear();
}

// The model that assesses the photos.
import * as addresses from "./addresses.js";
import { getPublic } from "./client.js";

/** @returns {Promise<ModelCard>} */
export const get = () => getPublic(addresses.model);

/**
 * Return the texts of the card in a language by their English originals: none in English, or if
 * they do not come.
 * @param {string} tag
 * @returns {Promise<Record<string, string>>}
 */
export async function translations(tag) {
  if (tag === "en") return {};
  return fetch(`/web/locales/card.${tag}.json`)
    .then((response) => (response.ok ? response.json() : {}))
    .catch(() => ({}));
}

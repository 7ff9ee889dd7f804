// The model that assesses the photos.
import * as addresses from "./addresses.js";
import { getPublic } from "./client.js";

/** @returns {Promise<ModelCard>} */
export const get = () => getPublic(addresses.model);

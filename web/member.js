// What runs while somebody is logged in: photos that wait, the network, the service worker.
import { chosen } from "./state/chosen.js";
import { forgetAll, removeAllOnLeaving } from "./state/checks.js";
import { watchNetwork } from "./state/network.js";
import { flush, loadOutbox } from "./state/outbox.js";
import { forgetPictures } from "./state/pictures.js";
import { user } from "./state/session.js";
import { watchForUpdates } from "./state/updates.js";

/** @type {Promise<void> | null} */
let begun = null;

/** Start once, however often somebody logs in. */
export function begin() {
  begun ??= start();
  return begun;
}

async function start() {
  addEventListener("pagehide", removeAllOnLeaving);
  await loadOutbox();
  watchNetwork(() => void flush());
  followUser();
  watchForUpdates();
}

/** Send what waits when somebody logs in; show nothing of one person to another. */
function followUser() {
  let last = user.value?.id;
  user.subscribe((now) => {
    if (now?.id !== last) {
      forgetAll();
      forgetPictures();
      chosen.value = [];
    }
    last = now?.id;
    if (now) void flush();
  });
}

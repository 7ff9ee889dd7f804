// Whether the service can be reached.
import { computed, signal } from "@preact/signals";

const hasNetwork = signal(navigator.onLine);
const isReachable = signal(true);

export const online = computed(() => hasNetwork.value && isReachable.value);

/** @param {boolean} reached whether the last request had an answer */
export function report(reached) {
  isReachable.value = reached;
}

addEventListener("offline", () => {
  hasNetwork.value = false;
});
addEventListener("online", () => {
  hasNetwork.value = true;
  isReachable.value = true;
});

/** @param {() => void} onBack what to do when the network is back */
export function watchNetwork(onBack) {
  addEventListener("online", onBack);
}

// The service worker, and new versions of the files that it keeps.
import { t } from "../text.js";
import { say } from "./toasts.js";

const SHOWN_SECONDS = 30;

export function watchForUpdates() {
  const workers = navigator.serviceWorker;
  if (!workers) return;
  workers.register("/sw.js").then(
    (registration) => {
      if (!registration) return;
      if (registration.waiting) offer(registration.waiting);
      registration.addEventListener("updatefound", () => watch(registration.installing));
    },
    () => {},
  );
}

/** @param {ServiceWorker | null} worker */
function watch(worker) {
  worker?.addEventListener("statechange", () => {
    // Without a controller, this is the first visit and not a new version.
    if (worker.state === "installed" && navigator.serviceWorker.controller) offer(worker);
  });
}

/** @param {ServiceWorker} worker */
function offer(worker) {
  say(t("update.ready"), {
    label: t("update.reload"),
    seconds: SHOWN_SECONDS,
    onAction: () => {
      navigator.serviceWorker.addEventListener("controllerchange", () => location.reload());
      worker.postMessage("activate");
    },
  });
}

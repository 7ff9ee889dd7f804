// The service worker: the page opens without a network. The service puts the list of all files
// and their version (PRECACHE) in front of it. Answers of the API never pass through here.

const { version, files } = self.PRECACHE;
const CACHE = `files-${version}`;

self.addEventListener("install", (event) => {
  event.waitUntil(install());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(activate());
});

// The person wants the new version now.
self.addEventListener("message", (event) => {
  if (event.data === "activate") self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (pathname === "/" || pathname.startsWith("/web/"))
    event.respondWith(answer(request, pathname));
});

async function install() {
  const cache = await caches.open(CACHE);
  await cache.addAll(files.map((file) => new Request(file, { cache: "no-cache" })));
}

async function activate() {
  for (const name of await caches.keys()) {
    if (name !== CACHE) await caches.delete(name);
  }
  await self.clients.claim();
}

/** All files are of one version: a page never mixes two of them. */
async function answer(request, pathname) {
  const kept = await caches.match(pathname, { cacheName: CACHE });
  return kept ?? fetch(request);
}

// Stores the page itself, so that it opens without a network, and shows its notifications. It stores no messages.

const CACHE = "shell";
const FIXED = ["/", "/manifest.webmanifest", "/icon-192.png", "/icon-512.png"];

/** The parts that the page names. All have one hash, so a page is never put together of two versions. */
async function store() {
  const cache = await caches.open(CACHE);
  const page = await fetch("/", { cache: "no-store" });
  if (!page.ok) throw new Error(`the server answered ${page.status}`);
  const text = await page.clone().text();
  const parts = [...text.matchAll(/\/a\/[0-9a-z]+\/[\w.-]+/g)].map((match) => match[0]);
  const wanted = new Set([...FIXED.slice(1), ...parts]);
  const missing = [];
  for (const part of wanted) if (!(await cache.match(part))) missing.push(part);
  await cache.addAll(missing);
  await cache.put("/", page);
  for (const request of await cache.keys()) {
    const { pathname } = new URL(request.url);
    if (pathname !== "/" && !wanted.has(pathname)) await cache.delete(request);
  }
}

self.addEventListener("install", (event) => event.waitUntil(store().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (origin !== self.location.origin || event.request.method !== "GET") return;
  if (event.request.mode === "navigate" && pathname === "/") event.respondWith(page(event));
  else if (pathname.startsWith("/a/") || FIXED.includes(pathname)) event.respondWith(part(event.request));
});

/** The page of the server, or the stored one if the server, or what is in front of it, has no answer. */
async function page(event) {
  const answer = await fetch(event.request).catch(() => Response.error());
  if (answer.ok) event.waitUntil(store().catch(() => {}));
  const isMissing = answer.type === "error" || answer.status >= 500;
  return (isMissing && (await caches.match("/"))) || answer;
}

const part = async (request) => (await caches.match(request)) ?? fetch(request);

// A telephone shows notifications of a worker only. The page that has shown it opens the room.
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.tag));
});

async function open(room) {
  const pages = await self.clients.matchAll({ type: "window" });
  if (pages.length === 0) return self.clients.openWindow("/");
  pages[0].postMessage({ room });
  return pages[0].focus();
}

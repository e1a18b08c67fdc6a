// Stores the page itself, so that it opens without a network. It stores no messages.

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

/** The page of the server, or the stored one if the server does not answer. */
async function page(event) {
  try {
    const answer = await fetch(event.request);
    if (answer.ok) event.waitUntil(store().catch(() => {}));
    return answer;
  } catch {
    return (await caches.match("/")) ?? Response.error();
  }
}

const part = async (request) => (await caches.match(request)) ?? fetch(request);

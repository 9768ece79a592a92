// The service worker: styles, scripts and one page of our own for when the network is away. It keeps nobody's data: that lies in the
// page's own store (offline/store.js). A new build registers it under another address (?v=…), so it keeps its files anew.
const CACHE = `kundig-${new URL(self.location.href).searchParams.get("v")}`;
const PAGE = "/offline";

self.addEventListener("install", (event) => event.waitUntil((async () => {
  const { files } = await (await fetch("/offline/files", { cache: "no-store" })).json();
  await (await caches.open(CACHE)).addAll([...files, PAGE]);
  await self.skipWaiting();
})()));

self.addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
  await self.clients.claim();
})()));

self.addEventListener("fetch", (event) => {
  const { request } = event, { pathname, origin } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (pathname.startsWith("/static/")) event.respondWith(caches.match(request).then((kept) => kept ?? fetch(request)));
  else if (request.mode === "navigate") event.respondWith(fetch(request).catch(async () => (await caches.match(PAGE)) ?? Response.error()));
});

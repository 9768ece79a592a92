// The service worker: styles, scripts and one page of our own for when the network is away. It keeps nobody's data: that lies in the
// page's own store (offline/store.js). A new build, or another language, registers it under another address, so it keeps its files anew.
const { v: BUILD, language: LANGUAGE } = Object.fromEntries(new URL(self.location.href).searchParams);
const CACHE = `kundig-${BUILD}-${LANGUAGE}`;
const PAGE = "/offline";

self.addEventListener("install", (event) => event.waitUntil((async () => {
  const { files } = await (await fetch("/offline/files", { cache: "no-store" })).json();
  const cache = await caches.open(CACHE), page = await fetch(`${PAGE}?language=${LANGUAGE}`, { cache: "no-store" });
  if (!page.ok) throw new Error(page.statusText); // another time
  await cache.addAll(files);
  await cache.put(PAGE, page);
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

// News for whoever is signed in on this device. What comes was encrypted for this browser: what happened, a name, the way to it.
self.addEventListener("push", (event) => event.waitUntil((async () => {
  const { id, title, text, to } = event.data.json();
  const icon = (await (await caches.open(CACHE)).keys()).find(({ url }) => url.includes("/icon-192"))?.url;
  await self.registration.showNotification(title, { body: text, tag: id, icon, data: { id, to } });
})()));

// A page that is open goes there itself, so that nothing typed in it is lost unasked; else one is opened. Also one that came before this
// worker, or was loaded past it.
self.addEventListener("notificationclick", (event) => event.waitUntil((async () => {
  const { id, to } = event.notification.data;
  event.notification.close();
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const open = windows.filter(({ url }) => new URL(url).pathname !== "/sign-in");
  const page = open.find(({ focused }) => focused) ?? open[0];
  if (!page) return (await self.clients.openWindow(to))?.postMessage({ news: id, stay: true });
  await page.focus().catch(() => {}); // some systems allow it only right after the click
  page.postMessage({ news: id });
})()));

// Boosted links swap #main only: the rest of the page is told where we are.
import { all, one } from "./dom.js";

const here = (link) => {
  const path = new URL(link.href).pathname;
  return path === "/" ? location.pathname === "/" : location.pathname === path || location.pathname.startsWith(`${path}/`);
};
const mark = () => all(".k-nav a, .k-tabbar a").forEach((link) => (here(link) ? link.setAttribute("aria-current", "page") : link.removeAttribute("aria-current")));

// On a phone the settings' contents are one line to the side: where one is must be in sight.
const showPlace = () => one(".k-snav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
showPlace();
document.addEventListener("htmx:after:swap", showPlace);

let path = location.pathname; // of the page that is shown
document.addEventListener("htmx:after:history:push", () => {
  mark();
  const { activeElement: now } = document;
  const stays = now.closest("#beside") || (path === location.pathname && now.closest("#main [data-draft]")); // what is typed there comes again
  if (!stays) one("#main")?.focus({ preventScroll: true });
});
document.addEventListener("htmx:after:swap", () => { path = location.pathname; });

// The page that was asked for last is the one that comes, however the answers do: those for earlier ones go by, and what was sent from
// a page that one has left leads nowhere any more.
let latest = null, sent = new WeakMap(); // requests → the page that they were sent from
document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  sent.set(ctx, location.pathname);
  if (ctx.target?.id !== "main") return;
  if (!ctx.target.isConnected) ctx.target = one("#main"); // it waited while a page came
  if (ctx.request.method === "GET") latest = ctx;
});
document.addEventListener("htmx:before:response", ({ detail: { ctx } }) => {
  if (ctx.hx?.location && sent.get(ctx) !== location.pathname) delete ctx.hx.location;
});
document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  if (ctx.target?.id !== "main" || ctx.request.method !== "GET") return;
  if (ctx === latest) ctx.target = one("#main");
  else event.preventDefault();
});
document.addEventListener("htmx:after:swap", mark);

// After a morph Basecoat's parts are told to look again; plain swaps are seen by its own observer.
document.addEventListener("htmx:after:swap", () => all("[data-basecoat-component]").forEach((element) => window.basecoat.refresh(element)));

// The loading line: nothing for short requests (its CSS waits), then a line at the top of the sheet.
let running = 0;
const show = () => one("#load")?.classList.toggle("htmx-request", running > 0);
document.addEventListener("htmx:before:request", () => { running += 1; show(); });
document.addEventListener("htmx:finally:request", () => { running = Math.max(0, running - 1); show(); });
document.addEventListener("htmx:after:swap", show);

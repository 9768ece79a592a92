// What stands beside the page: its help, or the tour. It stays while one goes on, and follows to the next page.
import { all, on, one } from "./dom.js";
import htmx from "./htmx.js";
import { buttonOf } from "./popovers.js";

const unmark = () => all("[data-pointed]").forEach((element) => element.removeAttribute("data-pointed"));
let opener = null; // what the focus goes back to
const close = () => {
  const place = one("#beside"), left = place.contains(document.activeElement) || document.activeElement === document.body;
  place.replaceChildren();
  unmark();
  if (left) opener?.focus();
};
const mark = () => {
  unmark();
  const wanted = one("[data-shows]")?.dataset.shows, place = wanted && all(wanted).find((element) => element.getClientRects().length);
  place?.setAttribute("data-pointed", "");
  place?.scrollIntoView({ block: "nearest" });
};

on("click", "[data-beside-close]", close);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.defaultPrevented && one("[data-beside=help]") && !one("dialog[open], :popover-open, .ed.is-edit")) close();
});
document.addEventListener("htmx:after:swap", (event) => {
  mark();
  const { target, sourceElement: source } = event.detail.ctx ?? {};
  if (target?.id !== "beside") return;
  if (source?.matches?.("[hx-target='#beside']") && !target.contains(source)) opener = source.closest("[popover]") ? buttonOf(source.closest("[popover]")) : source;
  one("#beside-title")?.focus({ preventScroll: true });
});
// Not by the body, whose requests wait behind the page that is just coming, the second in vain.
const fetchBeside = (address) => htmx.ajax("GET", address, { source: one("#beside"), target: "#beside", swap: "innerHTML" });
// The server says where a step leads; when we are there, it tells the step.
document.addEventListener("htmx:after:history:push", () => {
  const kind = one("[data-beside]")?.dataset.beside;
  if (kind === "help") fetchBeside("/help");
});
document.addEventListener("htmx:after:request", (event) => {
  const ctx = event.detail.ctx;
  if (ctx.request?.method === "POST" && new URL(ctx.request.action, location.href).pathname === "/tour")
    setTimeout(() => fetchBeside("/tour"), 0);
});

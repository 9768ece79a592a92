// Rows chosen by their boxes, and the bar of what can be done with them. "All 318" stands for everything that matches: the server
// fixes which records these are when something is to be done with them.
import { all, on, one } from "./dom.js";

const boxes = () => all("[data-row] input[type=checkbox][name=id]");
let last = null;

// A box is called as its row is; said here, since a page of rows holds every name often enough.
const name = () => boxes().filter((box) => !box.hasAttribute("aria-label")).forEach((box) => {
  box.setAttribute("aria-label", one("[data-open-record]", box.closest("[data-row]"))?.textContent.trim() ?? "");
});
const show = () => {
  name();
  const bar = one("#bulk"), every = boxes(), chosen = every.filter((box) => box.checked), head = one("#all");
  every.forEach((box) => { box.closest("[data-row]").dataset.state = box.checked ? "selected" : ""; });
  if (head) {
    head.checked = chosen.length > 0;
    head.indeterminate = chosen.length > 0 && chosen.length < every.length;
  }
  if (!bar) return;
  bar.hidden = chosen.length === 0;
  if (chosen.length < every.length) bar.removeAttribute("data-everything");
  const known = one("#count")?.textContent.trim() ?? "", everything = bar.hasAttribute("data-everything"), more = one("[data-select-everything]", bar);
  all("[data-n]", bar).forEach((count) => { count.textContent = everything ? known : String(chosen.length); });
  all("[data-everything-n]", bar).forEach((count) => { count.textContent = known; });
  if (more) more.hidden = everything || !known || known === String(chosen.length);
};

// Rows that come while everything is chosen are chosen too.
const join = () => {
  if (one("#bulk[data-everything]")) boxes().forEach((box) => { box.checked = true; });
  show();
};
const seen = () => boxes().filter((box) => !box.closest("[hidden]")); // the others are in folded groups
const setAll = (checked) => { (checked ? seen() : boxes()).forEach((box) => { box.checked = checked; }); show(); };

on("change", "#all", (_, box) => setAll(box.checked));
on("change", "[data-row] input[name=id]", show);
on("click", "[data-row] input[name=id]", (event, box) => {
  const every = seen(), from = every.indexOf(last), to = every.indexOf(box);
  if (event.shiftKey && from >= 0) every.slice(Math.min(from, to), Math.max(from, to) + 1).forEach((other) => { other.checked = box.checked; });
  last = box;
});
on("click", "[data-select-rows]", (_, button) => { // on a phone rows have no boxes until one wants to choose some
  const chooses = one("#grid").toggleAttribute("data-selecting");
  button.setAttribute("aria-pressed", String(chooses));
  if (!chooses) setAll(false);
});
on("click", "[data-select-none]", () => setAll(false));
on("click", "[data-select-everything]", () => {
  boxes().forEach((box) => { box.checked = true; });
  one("#bulk")?.setAttribute("data-everything", "");
  show();
});
document.addEventListener("htmx:after:swap", join);
document.addEventListener("DOMContentLoaded", show);

// Requests of the bar carry the chosen ids, or say that everything of the view is meant.
document.addEventListener("htmx:config:request", (event) => {
  const ctx = event.detail.ctx, bar = ctx.sourceElement.closest?.("#bulk");
  if (!bar || !ctx.request.body?.append) return;
  if (bar.hasAttribute("data-everything")) ctx.request.body.append("everything", "1");
  else boxes().filter((box) => box.checked).forEach((box) => ctx.request.body.append("id", box.closest("[data-row]").dataset.row));
});

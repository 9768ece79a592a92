// Keys: Ctrl K search, C create, / search in view, ? help, G then a letter goes to a place, J K X Enter in lists.
// Letters can be switched off in one's settings (html[data-keys=off]).
import { all, isTyping, one } from "./dom.js";
import { openDialog } from "./dialogs.js";

const PAUSE = 900; // ms between G and the letter
let wentAt = 0;

const active = () => one("[data-row][data-active]") ?? document.activeElement?.closest?.("[data-row]");
const move = (step) => {
  const rows = all("[data-row]"), index = rows.indexOf(active());
  const next = rows[Math.min(rows.length - 1, Math.max(0, index + step))];
  rows.forEach((row) => row.removeAttribute("data-active"));
  next?.setAttribute("data-active", "");
  next?.scrollIntoView({ block: "nearest" });
};

const LETTERS = {
  c: () => one("[data-key=c]")?.click(),
  "/": () => one("[data-key=search]")?.focus(),
  f: () => one("[data-key=f]")?.click(),
  e: () => (active() ? active().dispatchEvent(new CustomEvent("kundig:edit-row", { bubbles: true })) : one("[data-key=e]")?.click()),
  n: () => one("[data-key=n]")?.click(),
  t: () => one("[data-key=t]")?.click(),
  a: () => one("[data-key=a]")?.click(),
  "[": () => one("[data-pager]:not([hidden]) [data-key=previous]:not([aria-disabled])")?.click(),
  "]": () => one("[data-pager]:not([hidden]) [data-key=next]:not([aria-disabled])")?.click(),
  "?": () => openDialog("keys"),
  j: () => move(1),
  k: () => move(-1),
  x: () => one("input[type=checkbox]", active() ?? document.createElement("i"))?.click(),
};

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    return openDialog("palette");
  }
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") return event.target.form?.requestSubmit();
  if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey || one("dialog[open], .ed.is-edit") || document.documentElement.dataset.keys === "off") return;
  if (event.key === "Enter" && event.target === document.body) return one("a[data-open-record]", active() ?? document.createElement("i"))?.click();
  const key = event.key.toLowerCase();
  if (Date.now() - wentAt < PAUSE) {
    wentAt = 0;
    const place = one(`[data-go="${CSS.escape(key)}"]`);
    if (place) { event.preventDefault(); return place.click(); }
  }
  if (key === "g") { wentAt = Date.now(); return; }
  if (LETTERS[key] && !(key === "e" && event.defaultPrevented)) { event.preventDefault(); LETTERS[key](); }
});

// What has a button's role but is none reacts to Enter and Space. (A trigger filter of htmx would need eval.)
document.addEventListener("keydown", (event) => {
  if ((event.key === "Enter" || event.key === " ") && event.target.matches?.('[role="button"]:not(button)')) {
    event.preventDefault();
    event.target.click();
  }
});

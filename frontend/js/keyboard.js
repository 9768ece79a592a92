// Keys. Which key does what is said by the help of the page ([data-wired], from keys.py): what it lists is wired here, nothing else.
// Single characters can be switched off in one's settings (html[data-keys=off]); they never act while one types or in a dialog.
import { forget, giveTo, hold, isAwaited } from "./ahead.js";
import { all, isTyping, one } from "./dom.js";
import { openDialog } from "./dialogs.js";
import { send } from "./once.js";

const PAUSE = 1500; // ms between G and the letter
const LIVE_IN_TEXT = new Set(["palette", "save"]);
let wentAt = 0;

// Rows of a list, cards of a board, entries of a calendar, things to do: the one that has the focus is meant.
const ITEMS = "[data-row], [data-move], [data-shift], [data-item]";
const active = () => document.activeElement?.closest?.(ITEMS) ?? one("[data-row][data-active]");
const step = (by) => {
  const items = all(ITEMS).filter((found) => !found.hidden), item = items[Math.min(items.length - 1, Math.max(0, items.indexOf(active()) + by))];
  if (!item) return false;
  items.forEach((other) => other.removeAttribute("data-active"));
  if (item.matches("[data-row]")) item.setAttribute("data-active", "");
  (item.matches("[tabindex], a") ? item : one("a", item))?.focus({ preventScroll: true });
  item.scrollIntoView({ block: "nearest" });
  return true;
};
const shown = (selector, root = document) => all(selector, root).find((found) => !found.closest("[hidden]"));
const press = (selector, root = document) => {
  const element = root && shown(selector, root);
  element?.click();
  return Boolean(element);
};
const select = (shiftKey) => one("input[type=checkbox][name=id]", active() ?? document.createElement("i"))
  ?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, shiftKey }));
const selectAll = () => {
  const box = one("#all");
  if (!box) return false;
  return box.checked && !box.indeterminate ? press("#bulk [data-select-everything]:not([hidden])") || true : press("#all");
};
// A key that opens a place to write in leads into it, as soon as it has come. One that is shown already keeps what was typed in it.
const PLACES = ["comments", "composer"];
const FIELDS = "form :is(input:not([type=hidden]), select, textarea:not([hidden]), [contenteditable])";
const fieldIn = (id) => one(FIELDS, document.getElementById(id) ?? document.createElement("i"));
const around = (id) => document.getElementById(id)?.parentElement; // the place itself may be exchanged
const writeIn = (id, button) => {
  const opener = shown(button), fetches = opener?.matches("[hx-get]:not([aria-selected=true])");
  if (!opener) return false;
  if (!opener.matches("[aria-selected=true]")) opener.click();
  if (fieldIn(id) && !fetches) return fieldIn(id).focus();
  if (fetches || document.getElementById(id)?.matches("[hx-get]")) hold(around(id));
  return true;
};
document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  const id = PLACES.find((known) => known === ctx.target?.id), field = id && fieldIn(id);
  if (!id || !isAwaited(around(id))) return;
  field?.focus();
  giveTo(field);
  forget();
});

// What the keys do; false: nothing of the kind is on this page, so the key stays the browser's.
const ACTS = {
  palette: () => openDialog("palette"),
  help: () => openDialog("keys"),
  create: () => press("[data-key=c]"),
  undo: () => all(".toast [data-undo]:not([hidden])").at(-1)?.click(),
  save: ({ target }) => target.form && send(target.form),
  search: () => one("[data-key=search]")?.focus(),
  filter: () => press("[data-key=f]"),
  down: () => step(1),
  up: () => step(-1),
  select: () => press("[data-tick]", active()) || select(false),
  all: () => selectAll(),
  assign: () => press("[data-key=assign]"),
  change: () => press("[data-key=change]"),
  trash: () => press("#bulk .dng"),
  comment: () => writeIn("comments", "[data-key=m]"),
  range: () => select(true),
  open: (event) => event.target === document.body && press("a", active()),
  edit: () => (active() ? active().dispatchEvent(new CustomEvent("kundig:edit-row", { bubbles: true })) : press("[data-key=e]")),
  first: () => writeIn("composer", "[data-key=n]"),
  second: () => writeIn("composer", "[data-key=t]"),
  third: () => writeIn("composer", "[data-key=a]"),
  previous: () => press("[data-pager]:not([hidden]) [data-key=previous]:not([aria-disabled])"),
  next: () => press("[data-pager]:not([hidden]) [data-key=next]:not([aria-disabled])"),
};

const wired = () => JSON.parse(one("[data-wired]")?.dataset.wired ?? "{}");
const nameOf = (event) => {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.ctrlKey || event.metaKey) return `Control+${key}`;
  return event.shiftKey && /^[a-z]$/.test(key) ? `Shift+${key}` : key;
};
// Arrows and Enter belong to what has the focus, wherever that is more than a row.
const OWN = ".k-pop, [role=menu], [role=listbox], [role=tablist], [data-calendar], td.ed, summary, button, audio, video";
const belongsElsewhere = (event) => event.key.length > 1 && (event.shiftKey || (event.target.closest?.(OWN) && !event.ctrlKey && !event.metaKey));

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.altKey || event.isComposing) return;
  const name = nameOf(event), does = wired()[name];
  if (LIVE_IN_TEXT.has(does)) {
    if (ACTS[does](event) !== false && does === "palette") event.preventDefault();
    return;
  }
  if (isTyping(event.target) || one("dialog[open], .ed.is-edit") || belongsElsewhere(event)) return;
  const letters = document.documentElement.dataset.keys !== "off";
  if (name.length === 1 && letters) {
    const goes = Date.now() - wentAt < PAUSE && one(`[data-go="${CSS.escape(name)}"]`);
    wentAt = name === "g" ? Date.now() : 0;
    if (goes) { event.preventDefault(); return goes.click(); }
  }
  if (!does || (event.key.length === 1 && !letters)) return;
  if (ACTS[does](event) !== false) event.preventDefault();
});

// What has a button's role but is none reacts to Enter and Space. (A trigger filter of htmx would need eval.)
document.addEventListener("keydown", (event) => {
  if ((event.key === "Enter" || event.key === " ") && event.target.matches?.('[role="button"]:not(button)')) {
    event.preventDefault();
    event.target.click();
  }
});

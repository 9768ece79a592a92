// Entries ([data-shift="/address"]) move to another day or time by dragging or by the arrow keys; their lower edge makes them longer, the right one those of whole days.
// The server is told by how much; it answers with the page as it is then and a way back, or asks how much of a series is meant.
import { all, one, on } from "./dom.js";

const QUARTER = 15; // minutes
const WEEK = 7; // days
const NEAR = 4; // pixels before a press becomes a drag
const HOLD = 250; // ms that a finger rests before it drags instead of scrolling
const MORNING = 7; // the hour that a day is first shown from
const LABEL = 9; // px of its label above it
let scrolled = null;
let focused = null;

// One after the other: who presses a key twice means two steps, also while the page comes anew from the first.
let moves = Promise.resolve();
const shift = ({ dataset: { shift: address, by: field } }, by) => {
  if (!Object.values(by).some(Boolean)) return;
  focused = address;
  // The calendar asks, not the entry: that is a boosted link, which would push the address of what it fetches.
  const move = () => window.htmx.ajax("POST", address, { source: one("[data-calendar]"), target: "#place", swap: "innerHTML", values: { by: field, ...by } });
  moves = moves.then(move).catch(() => {});
};

// What is dragged lies above the days, but still belongs to its old one.
const dayAt = (x, y, entry) => document.elementsFromPoint(x, y).filter((found) => !entry.contains(found)).map((found) => found.closest("[data-day]")).find(Boolean);
const apart = (from, to) => Math.round((Date.parse(to.dataset.day) - Date.parse(from.dataset.day)) / 864e5);
const quarters = (pixels, entry) => Math.round(pixels / (entry.closest("[data-hours]").scrollHeight / 96));

let drag = null;
const begin = (event, entry) => {
  drag = { entry, x: event.clientX, y: event.clientY, day: entry.closest("[data-day]"), timed: Boolean(entry.closest("[data-hours]")),
    stretch: event.target.matches("[data-stretch]"), moved: false, id: event.pointerId };
};
const end = () => {
  if (!drag) return;
  drag.entry.removeAttribute("data-moving");
  drag.entry.style.translate = drag.entry.style.paddingBottom = "";
  all("[data-over]").forEach((day) => day.removeAttribute("data-over"));
  drag = null;
};

// The click that ends a drag opens nothing.
let droppedAt = 0;
document.addEventListener("click", (event) => {
  if (Date.now() - droppedAt < 300 && event.target.closest?.("[data-calendar]")) { event.preventDefault(); event.stopPropagation(); }
}, { capture: true });

let holding = 0;
on("pointerdown", "[data-shift]", (event, entry) => {
  if (event.button) return;
  clearTimeout(holding);
  if (event.pointerType === "mouse") begin(event, entry);
  else holding = setTimeout(() => { begin(event, entry); entry.setAttribute("data-moving", ""); drag.moved = true; }, HOLD);
});
document.addEventListener("pointermove", (event) => {
  if (!drag || event.pointerId !== drag.id) return clearTimeout(holding);
  const x = event.clientX - drag.x, y = event.clientY - drag.y;
  if (!drag.moved && Math.hypot(x, y) < NEAR) return;
  drag.moved = true;
  drag.entry.setAttribute("data-moving", "");
  if (drag.stretch && drag.timed) { drag.entry.style.paddingBottom = `${Math.max(0, y)}px`; return; }
  if (!drag.stretch) drag.entry.style.translate = `${x}px ${y}px`;
  const over = dayAt(event.clientX, event.clientY, drag.entry);
  all("[data-over]").forEach((day) => day.toggleAttribute("data-over", day === over));
  over?.setAttribute("data-over", "");
});
document.addEventListener("pointerup", (event) => {
  clearTimeout(holding);
  if (!drag || event.pointerId !== drag.id) return;
  const { entry, day, timed, stretch, moved, y } = drag;
  const over = dayAt(event.clientX, event.clientY, entry), steps = timed ? quarters(event.clientY - y, entry) : 0;
  end();
  if (!moved) return;
  droppedAt = Date.now();
  if (stretch && timed) shift(entry, { stretch: steps * QUARTER });
  else if (stretch) over && shift(entry, { longer: apart(day, over) });
  else if (over) shift(entry, { days: apart(day, over), minutes: steps * QUARTER });
});
document.addEventListener("pointercancel", end);
document.addEventListener("touchmove", (event) => { if (drag) event.preventDefault(); }, { passive: false });
on("dragstart", "[data-shift]", (event) => event.preventDefault());

document.addEventListener("keydown", (event) => {
  const entry = event.target.closest?.("[data-shift]");
  if (event.key === "Escape") return end();
  if (!entry || event.ctrlKey || event.metaKey || event.altKey) return;
  const step = { ArrowLeft: { days: -1 }, ArrowRight: { days: 1 }, ArrowUp: { minutes: -QUARTER }, ArrowDown: { minutes: QUARTER } }[event.key];
  const lasts = "lasts" in entry.dataset && event.shiftKey;
  if (!step || (step.minutes && !lasts && !entry.closest("[data-hours]"))) return;
  event.preventDefault();
  shift(entry, !event.shiftKey ? step : step.minutes && lasts ? { longer: Math.sign(step.minutes) } : step.minutes ? { stretch: step.minutes } : { days: step.days * WEEK });
});

// A click into an empty place makes a record there.
on("click", "[data-calendar] [data-day]", (event, day) => {
  const address = one("[data-calendar]").dataset.new;
  if (!address || event.detail > 1 || event.target.closest("a, button, .k-agenda")) return;
  const hours = day.closest("[data-hours]"), box = day.getBoundingClientRect();
  const minute = hours ? Math.floor(((event.clientY - box.top) / box.height) * 48) * 30 : "";
  window.htmx.ajax("GET", `${address}&day=${day.dataset.day}&minute=${minute}`, { target: "#place", swap: "innerHTML" });
});

// The page comes anew after a move: it stays where it was scrolled to, and the entry keeps the focus.
const refocus = () => focused && one(`[data-shift="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
const start = () => {
  const place = one("[data-calendar]"), hours = one("[data-hours]");
  if (!place || place.dataset.started) return;
  place.dataset.started = "";
  if (hours) place.scrollTop = scrolled ?? (hours.scrollHeight / 24) * MORNING - LABEL;
  place.addEventListener("scroll", () => { if (hours) scrolled = place.scrollTop; });
  refocus();
};
start();
document.addEventListener("htmx:after:swap", start);
document.addEventListener("htmx:after:history:push", refocus);

// Arranging a list by hand: tabs and columns are dragged, columns made wider at the edge of their heads, the first ones stay in sight.
// Everything has a way by keyboard: menus move tabs, buttons move columns, arrow keys on the edge change widths.
import Sortable from "sortablejs";
import { slide } from "./dom.js";

const NARROWEST = 60, WIDEST = 900, STEP = 16;
const wide = matchMedia("(min-width: 768px)");
const grid = () => document.querySelector("#grid");

// Tabs: their order is each reader's own, kept as soon as one has moved.
const keep = (nav) => {
  const names = [...nav.querySelectorAll("[data-view]")].map((tab) => tab.dataset.view).join(" ");
  window.htmx.ajax("POST", nav.dataset.tabsOrder, { source: nav, swap: "none", values: { names } });
};
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-move-tab]");
  if (!button) return;
  const nav = document.querySelector("[data-tabs-order]"), tab = nav.querySelector("[aria-current]");
  const other = button.dataset.moveTab === "1" ? tab?.nextElementSibling : tab?.previousElementSibling;
  if (!other) return;
  if (button.dataset.moveTab === "1") other.after(tab); else other.before(tab);
  tab.scrollIntoView({ block: "nearest", inline: "nearest" });
  keep(nav);
});

// Widths: while one column is changed all others keep theirs; then the address says them, and what is around the rows follows.
const columns = (table) => [...table.querySelectorAll("colgroup col")];
const heads = (table) => [...table.tHead.rows[0].cells];
const widthOf = (column) => Number(column.getAttribute("width")) || 0;
const pin = (table) => {
  const widths = heads(table).map((head) => Math.round(head.getBoundingClientRect().width));
  columns(table).forEach((column, place) => column.setAttribute("width", widths[place]));
  table.dataset.widths = "";
  rule(table);
};
const set = (table, head, width) => {
  const whole = Math.round(Math.min(WIDEST, Math.max(NARROWEST, width)));
  columns(table)[head.cellIndex].setAttribute("width", whole);
  head.querySelector(".k-edge").setAttribute("aria-valuenow", whole);
  rule(table);
};
let held = null; // whose width is being changed by keyboard, across the exchange of the heads
const tell = (table) => {
  const address = new URL(location.href);
  const names = heads(table).slice(1).map((head) => `${head.dataset.field}*${widthOf(columns(table)[head.cellIndex])}`);
  address.searchParams.set("cols", names.join(","));
  history.replaceState(history.state, "", address);
  held = document.activeElement?.matches?.(".k-edge") ? document.activeElement.closest("th").dataset.field : null;
  window.htmx.ajax("GET", `${table.dataset.edit.replace(/cell$/, "arrange/around")}${address.search}`, { source: table, target: "#heads", swap: "none" });
};
document.addEventListener("pointerdown", (event) => {
  const handle = event.target.closest?.(".k-edge");
  if (!handle) return;
  event.preventDefault();
  const head = handle.closest("th"), table = head.closest("table"), begun = event.clientX;
  pin(table);
  const before = widthOf(columns(table)[head.cellIndex]);
  const move = (moved) => set(table, head, before + moved.clientX - begun);
  handle.setPointerCapture(event.pointerId);
  handle.addEventListener("pointermove", move);
  handle.addEventListener("lostpointercapture", () => { handle.removeEventListener("pointermove", move); tell(table); }, { once: true });
});
const handle = (table, head, width) => {
  const made = document.createElement("span");
  const told = { role: "separator", tabindex: 0, "aria-orientation": "vertical", "aria-valuemin": NARROWEST, "aria-valuemax": WIDEST };
  told["aria-valuenow"] = Math.round(width);
  told["aria-label"] = table.dataset.widthOf.replace("{}", head.textContent.trim());
  Object.entries(told).forEach(([name, value]) => made.setAttribute(name, value));
  made.className = "k-edge";
  return made;
};
let waiting = 0;
document.addEventListener("keydown", (event) => {
  const handle = event.target.closest?.(".k-edge"), step = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
  if (!handle || !step) return;
  event.preventDefault();
  event.stopPropagation();
  const head = handle.closest("th"), table = head.closest("table");
  pin(table);
  set(table, head, widthOf(columns(table)[head.cellIndex]) + step);
  clearTimeout(waiting);
  waiting = setTimeout(() => tell(table), 300);
}, { capture: true });

// A table with widths of its own is as wide as its columns, and frozen columns stand where those before them end. Only the browser
// knows either, so the rules are made here; in a sheet, since the policy forbids styles in the page.
// Most tables need none: then the browser is spared measuring and styling all anew.
const sheet = new CSSStyleSheet();
const rule = (table) => {
  const cells = heads(table), own = table.hasAttribute("data-widths"), adopted = document.adoptedStyleSheets.includes(sheet);
  if (!own && !Number(table.dataset.frozen) && !adopted) return;
  if (!adopted) document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  const widths = cells.map((head, place) => (own && widthOf(columns(table)[place])) || head.getBoundingClientRect().width);
  const shown = Number(table.dataset.frozen) ? Number(table.dataset.frozen) + 1 : 0; // with the box in front
  const places = widths.slice(0, shown).map((_, place) => widths.slice(0, place).reduce((sum, width) => sum + width, 0));
  const frozen = places.map((left, place) => `.k-grid tr:not(.k-ghead) > :nth-child(${place + 1}) { position: sticky; left: ${left}px; }`);
  const first = `:nth-child(-n + ${shown})`;
  if (shown) frozen.push(`.k-grid tr:not(.k-ghead) > ${first} { z-index: 2; } .k-grid thead tr > ${first} { z-index: 5; }`);
  if (shown) frozen.push(`[data-scrolled] > .k-grid tr:not(.k-ghead) > :nth-child(${shown}) { border-right: 1px solid var(--border); }`);
  if (own) frozen.push(`.k-grid[data-widths] { width: ${widths.reduce((sum, width) => sum + width, 0)}px; min-width: 0; }`);
  sheet.replaceSync(`@media (min-width: 768px) { ${frozen.join("\n")} }`);
};

document.addEventListener("scroll", ({ target }) => {
  if (target.matches?.(".k-body")) target.toggleAttribute("data-scrolled", target.scrollLeft > 0);
}, { capture: true, passive: true });

const start = () => {
  document.querySelectorAll("[data-sort-list]:not([data-sortable])").forEach((list) => {
    list.dataset.sortable = "";
    Sortable.create(list, { animation: slide(), draggable: "li:not([data-fixed])", filter: "button", preventOnFilter: false, ghostClass: "k-ghost" });
  });
  document.querySelectorAll("[data-tabs-order]:not([data-sortable])").forEach((nav) => {
    nav.dataset.sortable = "";
    nav.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
    Sortable.create(nav, { animation: slide(), direction: "horizontal", draggable: "[data-view]", delay: 200, delayOnTouchOnly: true, onUpdate: () => keep(nav) });
  });
  const table = grid();
  if (!table || !wide.matches) return;
  const bare = heads(table).slice(1).filter((head) => !head.querySelector(".k-edge"));
  const widths = bare.map((head) => head.getBoundingClientRect().width); // all of them before anything is written
  bare.forEach((head, place) => head.append(handle(table, head, widths[place])));
  rule(table);
  if (held && document.activeElement === document.body) table.querySelector(`th[data-field="${CSS.escape(held)}"] .k-edge`)?.focus();
};
start();
document.addEventListener("htmx:after:swap", start);
window.addEventListener("resize", start);

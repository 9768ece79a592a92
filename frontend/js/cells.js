// The grid by keyboard: arrows go from cell to cell, Enter edits a value or opens the record, and after saving one stands there again.
// Whoever opens a record from a list comes back to its row, however far down it was.
import { all, isTyping, on, one } from "./dom.js";
import htmx from "./htmx.js";

const grid = () => one("#grid");
const every = () => all("#rows > [data-row]");
const rows = () => all("#rows > [data-row]:not([hidden])");
const NAME = 1; // the column behind the boxes

const stand = (cell) => {
  if (!cell) return;
  rows().forEach((row) => row.toggleAttribute("data-active", row === cell.parentElement));
  cell.tabIndex = -1;
  cell.focus({ preventScroll: true });
  cell.scrollIntoView({ block: "nearest", inline: "nearest" });
};
const cellAt = (id, column) => one(`#rows > [data-row="${CSS.escape(id)}"]`)?.cells[column];

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
document.addEventListener("keydown", (event) => {
  const step = STEPS[event.key], edge = { Home: NAME, End: -1 }[event.key];
  if (!grid() || (!step && edge === undefined) || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  if (isTyping(event.target) || one("dialog[open], .k-pop:popover-open, .ed.is-edit")) return;
  const cell = event.target.closest?.("#rows td"), list = rows();
  if (!cell && event.target.closest?.("a, button, input, [tabindex='0']")) return; // these have arrows of their own
  if (!cell && !step?.[0]) return;
  event.preventDefault();
  if (!cell) return stand((one("#rows > [data-active]") ?? list[0])?.cells[NAME]);
  if (edge !== undefined) return stand([...cell.parentElement.cells].at(edge));
  const row = list[list.indexOf(cell.parentElement) + step[0]];
  stand(row?.cells[Math.max(NAME, cell.cellIndex + step[1])]);
});
on("keydown", "#rows td:not(.ed)", (event, cell) => {
  if (event.target !== cell || event.key !== "Enter") return;
  event.preventDefault();
  (one("a[data-open-record]", cell) ?? one("a", cell) ?? one("a[data-open-record]", cell.parentElement))?.click();
});

// Enter and Esc in an editor lead back to its cell, once the server has shown it anew.
let left = null;
on("keydown", "#rows .k-editor", (event, form) => {
  const cell = form.closest("td");
  left = event.key === "Enter" || event.key === "Escape" ? { id: cell.parentElement.dataset.row, column: cell.cellIndex } : null;
  if (left) setTimeout(back); // nothing was changed, or taken back
}, { capture: true });
const back = () => {
  if (!left || one("#rows .k-editor")) return;
  const { id, column } = left;
  left = null;
  stand(cellAt(id, column));
};

// The way back to a row: kept when a record is opened, used when the same list is shown again.
const KEY = "list:back";
on("click", "#rows a[data-open-record]", (_, link) => {
  const here = { address: location.pathname + location.search, id: link.closest("[data-row]").dataset.row, count: every().length };
  sessionStorage.setItem(KEY, JSON.stringify(here));
}, { capture: true });
const comeBack = () => {
  const kept = grid() && sessionStorage.getItem(KEY); // asked only where it is needed: the browser may have to fetch it first
  if (!kept) return;
  const { address, id, count } = JSON.parse(kept);
  if (address !== location.pathname + location.search) return;
  const cell = cellAt(id, NAME), more = one("#rows > .k-more");
  if (!cell && more && every().length < count) {
    if (more.dataset.asked) return;
    more.dataset.asked = "yes";
    const from = `${more.getAttribute("hx-get")}&upto=${count - every().length}`;
    return htmx.ajax("GET", from, { source: more, target: more, swap: "outerHTML" });
  }
  sessionStorage.removeItem(KEY);
  if (!cell) return;
  stand(cell);
  cell.scrollIntoView({ block: "center" });
};
document.addEventListener("DOMContentLoaded", comeBack);
document.addEventListener("htmx:after:swap", () => { back(); comeBack(); });

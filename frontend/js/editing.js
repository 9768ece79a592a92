// Editing in place. A place with class "ed" fetches its editor (a form.k-editor) into itself: double click or E in lists,
// click, Enter or E in details. In the editor Enter or leaving saves, Esc brings the old content back; in lists Tab saves and goes on
// to the next value, and from a line of text ↑ and ↓ to the same one of the row above or below.
// The editor's address: data-edit of the place; in a table data-edit of the table / data-row of the row / data-field of the column's head.
import { forget, giveTo, hold, isAwaited } from "./ahead.js";
import { all, isTyping, on, one } from "./dom.js";
import htmx from "./htmx.js";

const before = new WeakMap(); // cell → its content before the editor came

const address = (cell) => {
  if (cell.dataset.edit) return cell.dataset.edit;
  const table = cell.closest("table[data-edit]");
  return `${table.dataset.edit}/${cell.closest("[data-row]").dataset.row}/${table.tHead.rows[0].cells[cell.cellIndex].dataset.field}`;
};

const AHEAD = new Set(["Enter", "Tab", "ArrowUp", "ArrowDown"]); // keys that mean something to an editor which is still on its way

const open = (cell) => {
  if (cell.classList.contains("is-edit")) return;
  hold(cell, AHEAD, () => close(cell));
  before.set(cell, cell.innerHTML);
  cell.classList.add("is-edit");
  htmx.ajax("GET", address(cell), { source: cell, target: cell, swap: "innerHTML" });
};

const close = (cell, stays = true) => {
  if (isAwaited(cell)) forget();
  const form = one(".k-editor", cell);
  if (form) form.dataset.sent = "yes"; // leaving the page it loses the focus, which must not save
  cell.classList.remove("is-edit");
  if (!before.has(cell)) return;
  cell.innerHTML = before.get(cell); // what the server rendered before, unchanged
  before.delete(cell);
  htmx.process(cell);
  if (stays) (one("[data-pen]", cell) ?? cell).focus();
  htmx.trigger(cell, "kundig:left");
};

const fields = "input:not([type=hidden]), select, textarea:not([hidden]), [contenteditable]";
const value = (form) => new URLSearchParams(new FormData(form)).toString();
const submit = (form) => {
  if (form.dataset.sent) return;
  const mine = one(".k-clash [value=mine]", form);
  if (mine) return form.requestSubmit(mine); // somebody else's value stands beside it: it was seen
  if (form.dataset.first === value(form)) return close(form.closest(".ed"));
  form.dataset.sent = "yes";
  form.requestSubmit();
};

on("dblclick", "td.ed", (_, cell) => open(cell));
on("click", ".ed:not(td):not(.is-edit)", (event, cell) => {
  if (event.target.closest("[data-pen]") || !event.target.closest("a, button")) open(cell);
});
on("keydown", ".ed:not(.is-edit)", (event, cell) => {
  if (event.target === cell && (event.key === "Enter" || event.key === "F2" || (event.key === "e" && !event.ctrlKey && !event.metaKey))) {
    event.preventDefault();
    open(cell);
  }
});

document.addEventListener("kundig:edit-row", (event) => {
  const cell = one("td.ed", event.target);
  if (cell) open(cell);
});

on("keydown", ".k-editor", (event, form) => {
  const cell = form.closest(".ed");
  if (event.key === "Escape") { event.stopPropagation(); close(cell); }
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey || !event.target.matches("textarea, [contenteditable]"))) { event.preventDefault(); submit(form); }
  const down = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (down && cell.matches("td") && !("stays" in form.dataset) && event.target.matches("input.input:not([role=combobox], [type^=date])")) {
    const rows = all("[data-row]:not([hidden])", cell.closest("tbody")), next = rows[rows.indexOf(cell.parentElement) + down]?.cells[cell.cellIndex];
    if (next?.matches(".ed")) { event.preventDefault(); submit(form); open(next); }
  }
  if (event.key === "Tab" && cell.matches("td")) {
    const inside = all(fields, form), edge = inside.at(event.shiftKey ? 0 : -1);
    if ("stays" in form.dataset && event.target !== edge) return; // within a panel of several controls
    const cells = all("td.ed", cell.closest("tbody")), next = cells[cells.indexOf(cell) + (event.shiftKey ? -1 : 1)];
    if (next) { event.preventDefault(); submit(form); open(next); }
  }
});
on("click", "[data-revert]", (_, button) => close(button.closest(".ed")));
on("kundig:picked", ".k-editor:not([data-stays])", (_, form) => submit(form.closest("form")));
on("focusout", ".k-editor", (event, form) => {
  if (!form.contains(event.relatedTarget) && !one(".k-clash", form)) submit(form); // of two values one is chosen, not left
});
on("change", ".k-editor select:not([multiple])", (_, field) => submit(field.form));

document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  for (const form of all(".k-editor:not([data-first])")) {
    form.dataset.first = value(form);
    delete form.dataset.sent;
    const { activeElement: now } = document, field = one("[autofocus]", form) ?? one(fields, form);
    if (isTyping(now) && !now.closest(".ed")) { // who writes elsewhere by now has gone on; only what was refused waits for them
      if (ctx.request.method === "GET") close(form.closest(".ed"), false);
      continue;
    }
    field?.focus();
    if (field?.matches("input")) field.select?.();
    giveTo(field);
  }
});
document.addEventListener("htmx:finally:request", (event) => {
  const form = event.detail.ctx.sourceElement;
  if (form.matches?.(".k-editor") && event.detail.ctx.response?.status !== 200) delete form.dataset.sent; // refused or lost: may try again
});
document.addEventListener("htmx:after:request", (event) => {
  const { sourceElement, target } = event.detail.ctx;
  if (target === sourceElement && target.matches(".ed:not(.is-edit)")) event.preventDefault(); // it was left before its editor came
});
document.addEventListener("htmx:finally:request", (event) => {
  const cell = event.detail.ctx.sourceElement;
  if (cell.matches?.(".ed.is-edit") && !one(".k-editor", cell)) close(cell); // the editor never arrived
});

// Dialogs open and close by attributes: data-open="id", data-close; a click beside one closes it, unless something was typed in it.
import { all, on, one } from "./dom.js";

export const openDialog = (id) => {
  const dialog = document.getElementById(id);
  if (!(dialog instanceof HTMLDialogElement) || dialog.open) return;
  dialog.showModal();
  dialog.dispatchEvent(new CustomEvent("kundig:opened", { bubbles: true }));
};

on("click", "[data-open]", (event, button) => {
  event.preventDefault();
  openDialog(button.dataset.open);
});
on("click", "[data-close]", (_, button) => button.closest("dialog")?.close());

// What was typed or chosen in a dialog is not lost by a slip: a click beside it does nothing then, Escape asks. By ids, since an
// answer with errors brings a new dialog for the same form.
const touched = new Set();
for (const type of ["input", "change", "kundig:picked", "kundig:dropped"]) on(type, "dialog form", (_, form) => touched.add(form.closest("dialog").id));
document.addEventListener("htmx:after:request", (event) => {
  const { sourceElement: source, response } = event.detail.ctx;
  if (source?.matches?.("dialog form") && response?.status < 400) touched.delete(source.closest("dialog").id);
});
document.addEventListener("close", (event) => touched.delete(event.target.id), true);

const ask = (question, then) => {
  const dialog = one("#confirm");
  one("[data-question]", dialog).textContent = question;
  dialog.returnValue = "";
  dialog.addEventListener("close", () => then(dialog.returnValue === "yes"), { once: true });
  dialog.showModal();
};
const leave = (event, dialog) => {
  const confirm = one("#confirm");
  if (!dialog || !confirm || confirm.open || !touched.has(dialog.id)) return;
  event.preventDefault();
  ask(confirm.dataset.discard, (sure) => sure && dialog.close());
};
document.addEventListener("mousedown", ({ target }) => {
  if (target instanceof HTMLDialogElement && target.open && !touched.has(target.id)) target.close();
});
// At the window: first come those who close something of their own within the dialog. A browser lets `cancel` be refused only once
// in a row, so the key is caught; `cancel` itself is how a phone goes back.
window.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.defaultPrevented && !one(":popover-open")) leave(event, all("dialog[open]").at(-1));
});
document.addEventListener("cancel", (event) => leave(event, event.target instanceof HTMLDialogElement && event.target), true);

// A fragment may bring a dialog that wants to be seen at once (data-autoopen); what it replaced is gone by then.
// One begins to type in the first field that is shown and still empty behind those that are filled (a link that is known does not count).
const FIELDS = "form :is(input:not([type=hidden]):not([type=checkbox]), select, textarea:not([hidden]), [contenteditable])";
const begin = (dialog) => {
  const fields = all(FIELDS, dialog).filter((field) => field.getClientRects().length), filled = fields.findLastIndex((field) => field.matches("input:not([role=combobox]), textarea") && field.value);
  (one("[autofocus]", dialog) ?? fields.slice(filled + 1).find((field) => filled < 0 || !field.value) ?? fields[0])?.focus();
};
const autoopen = () => all("dialog[data-autoopen]:not([open])").forEach((dialog) => { dialog.showModal(); begin(dialog); });
document.addEventListener("DOMContentLoaded", autoopen);
document.addEventListener("htmx:after:swap", autoopen);

// The server answers 204 with `HX-Trigger: kundig:close` when the work of a dialog is done.
document.addEventListener("kundig:close", () => one("dialog[open]")?.close());

// An own confirm dialog instead of the browser's, for hx-confirm.
document.addEventListener("htmx:confirm", (event) => {
  const { confirm, sourceElement: source } = event.detail.ctx;
  if (!confirm || !one("#confirm")) return;
  event.preventDefault();
  if (source?.dataset?.sure === "") { // asked before, see proving.js
    delete source.dataset.sure;
    return event.detail.issueRequest();
  }
  ask(confirm, (sure) => (sure ? event.detail.issueRequest() : event.detail.dropRequest()));
});

// Dialogs that were fetched into #place go when another page comes, or what was sent from them leads on. The same page, come anew
// by something that was done before, takes nothing away from whoever types in one.
let leads = false;
const clear = () => { one("#place")?.replaceChildren(); touched.clear(); };
const isFromPlace = ({ sourceElement }) => Boolean(sourceElement?.closest?.("#place"));
document.addEventListener("htmx:before:response", ({ detail: { ctx } }) => { if (ctx.hx?.location && isFromPlace(ctx)) leads = true; });
document.addEventListener("htmx:before:swap", (event) => {
  const { ctx } = event.detail, { target, text } = ctx;
  if (target?.id === "main" && isFromPlace(ctx)) leads = true;
  // A deed that asks nothing leaves a dialog alone that was opened meanwhile.
  if (target?.id === "place" && !text?.trim() && !isFromPlace(ctx)) event.preventDefault();
});
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => { if (ctx.target?.id === "place") ctx.target.dataset.path = location.pathname; });
document.addEventListener("htmx:after:history:push", () => {
  if (leads || one("#place")?.dataset.path !== location.pathname) clear();
  leads = false;
});
document.addEventListener("htmx:before:history:restore", clear);
document.addEventListener("close", (event) => { if (event.target.matches?.("#place dialog")) event.target.remove(); }, true);

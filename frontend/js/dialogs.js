// Dialogs open and close by attributes: data-open="id", data-close; a click beside one closes it.
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
document.addEventListener("mousedown", (event) => {
  if (event.target instanceof HTMLDialogElement && event.target.open) event.target.close();
});

// A fragment may bring a dialog that wants to be seen at once (data-autoopen); what it replaced is gone by then.
// One begins to type in the first field that is shown and still empty behind those that are filled.
const FIELDS = "form :is(input:not([type=hidden]):not([type=checkbox]), select, textarea:not([hidden]), [contenteditable])";
const begin = (dialog) => {
  const fields = all(FIELDS, dialog).filter((field) => field.getClientRects().length), filled = fields.findLastIndex((field) => field.matches("input, textarea") && field.value);
  (one("[autofocus]", dialog) ?? fields.slice(filled + 1).find((field) => filled < 0 || !field.value) ?? fields[0])?.focus();
};
const autoopen = () => all("dialog[data-autoopen]:not([open])").forEach((dialog) => { dialog.showModal(); begin(dialog); });
document.addEventListener("DOMContentLoaded", autoopen);
document.addEventListener("htmx:after:swap", autoopen);

// The server answers 204 with `HX-Trigger: kundig:close` when the work of a dialog is done.
document.addEventListener("kundig:close", () => one("dialog[open]")?.close());

// An own confirm dialog instead of the browser's, for hx-confirm.
document.addEventListener("htmx:confirm", (event) => {
  const dialog = one("#confirm");
  if (!event.detail.ctx.confirm || !dialog) return;
  event.preventDefault();
  one("[data-question]", dialog).textContent = event.detail.ctx.confirm;
  dialog.returnValue = "";
  dialog.addEventListener("close", () => (dialog.returnValue === "yes" ? event.detail.issueRequest() : event.detail.dropRequest()), { once: true });
  dialog.showModal();
});

// Dialogs that were fetched into #place go when the page changes under them.
document.addEventListener("htmx:after:history:push", () => one("#place")?.replaceChildren());
document.addEventListener("close", (event) => { if (event.target.matches?.("#place dialog")) event.target.remove(); }, true);

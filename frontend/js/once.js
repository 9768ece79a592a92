// What is on its way is not sent once more: who clicks twice, or holds Ctrl+Enter, means it once. Where hx-sync stands the last one
// counts, and forms with turns (turns.js) see to it themselves. While a form is sent nothing is typed into it: that would be lost.
import { all } from "./dom.js";

const FREE = "[hx-sync], [data-turns], [data-turns] *", DEEDS = new Set(["click", "submit"]);
const busy = new Set(), leaving = new Set(); // sources whose request is not answered, and those whose answer leads to a page that is not there yet

document.addEventListener("htmx:config:request", (event) => {
  const { sourceElement, sourceEvent } = event.detail.ctx;
  if (busy.has(sourceElement) && DEEDS.has(sourceEvent?.type)) event.preventDefault();
});
document.addEventListener("htmx:before:request", ({ detail: { ctx: { sourceElement } } }) => {
  if (!sourceElement.matches(FREE)) busy.add(sourceElement);
});
document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  if (ctx.hx?.location) return leaving.add(ctx.sourceElement);
  busy.delete(ctx.sourceElement);
  if (ctx.target?.id !== "main") return;
  leaving.forEach((source) => busy.delete(source));
  leaving.clear();
});
document.addEventListener("beforeinput", (event) => {
  const form = event.target.closest?.("form[hx-disable]");
  if (busy.has(form)) event.preventDefault();
}, { capture: true });

/** Send a form as Enter does: by the first of its buttons that can be pressed. */
export const send = (form) => {
  const buttons = all("[type=submit]", form), button = buttons.find((one) => !one.disabled);
  if (button || !buttons.length) form.requestSubmit(button);
};

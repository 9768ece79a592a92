// Formatted text: an editable place whose HTML goes along in a hidden textarea; the server sanitises it. Pasting brings text only,
// so that nobody's styles come along (and the page's policy has nothing to refuse).
import { all, on, one } from "./dom.js";
import { send } from "./once.js";

const COMMANDS = { bold: "bold", italic: "italic", list: "insertUnorderedList", numbers: "insertOrderedList" };
const keep = (box) => { one("textarea", box).value = one("[contenteditable]", box).innerHTML; };

on("input", "[data-rich]", (_, box) => keep(box), { capture: true }); // before drafts are kept
on("paste", "[data-rich] [contenteditable]", (event) => {
  event.preventDefault();
  document.execCommand("insertText", false, event.clipboardData.getData("text/plain"));
});
on("mousedown", "[data-rich-do]", (event, button) => {
  event.preventDefault(); // the selection stays
  one("[contenteditable]", button.closest("[data-rich]")).focus();
  document.execCommand(COMMANDS[button.dataset.richDo]);
  keep(button.closest("[data-rich]"));
});
on("keydown", "[data-rich] [contenteditable]", (event, place) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || place.closest(".k-editor")) return; // an editor in place sends itself
  event.preventDefault();
  send(place.closest("form"));
});

const start = () => all("[data-rich]:not([data-ready])").forEach((box) => {
  box.dataset.ready = "";
  document.execCommand("defaultParagraphSeparator", false, "p");
  const place = one("[contenteditable]", box);
  place.innerHTML = one("textarea", box).value; // a draft that was kept comes back too
  if (place !== document.activeElement) return;
  getSelection().selectAllChildren(place);
  getSelection().collapseToEnd(); // whoever was writing goes on
});
document.addEventListener("DOMContentLoaded", start);
document.addEventListener("htmx:after:swap", start);

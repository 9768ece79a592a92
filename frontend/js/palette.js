// The palette: what was seen last, and keys that are quicker than the answer.
import { on, one } from "./dom.js";

// Only addresses are kept, on this device; the server says how they are called now, and whether they can be seen.
const KEY = "kundig:recent", MOST = 12;
const recent = () => JSON.parse(localStorage.getItem(KEY) ?? "[]");
const note = () => {
  const [, path] = location.pathname.match(/^\/o\/(\w+\/[0-9a-f-]{36})$/) ?? [];
  if (path) localStorage.setItem(KEY, JSON.stringify([path, ...recent().filter((other) => other !== path)].slice(0, MOST)));
};
note();
document.addEventListener("htmx:after:history:push", note);

const INPUT = "#palette header input[name=q]";
let asked = "", answered = "", keys = [];

// Before the palette asks (by the same event): what it shows depends on the page that it is opened on.
document.addEventListener("kundig:opened", (event) => {
  if (event.target.id !== "palette") return;
  one("#palette-recent").value = recent().join(",");
  one(INPUT).select();
  answered = null;
  keys = [];
}, { capture: true });

// An Enter means what was typed, never what is still shown of an older question: it waits for the answer.
on("keydown", INPUT, (event, input) => {
  if (event.isComposing || !["Enter", "ArrowDown", "ArrowUp"].includes(event.key) || input.value === answered) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  keys.push(event.key);
}, { capture: true });
on("input", INPUT, () => { keys = []; });
document.addEventListener("htmx:before:request", (event) => {
  if (event.detail.ctx.sourceElement?.matches?.(INPUT)) asked = event.detail.ctx.sourceElement.value;
});
document.addEventListener("htmx:after:swap", (event) => {
  const input = event.detail.ctx?.sourceElement;
  if (!input?.matches?.(INPUT)) return;
  answered = asked;
  if (input.value !== answered) return;
  setTimeout(() => keys.splice(0).forEach((key) => input.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }))));
});

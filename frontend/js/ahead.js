// People type on while a field is on its way: what they press meanwhile goes into it.
import { isTyping } from "./dom.js";

let awaited = null; // the place that the field comes to, the keys that were pressed, which are meant beside characters, what Escape does

/** From now on keys are kept for the field that comes into a place. */
export const hold = (place, beside = new Set(), leave = () => {}) => { awaited = { place, beside, leave, keys: [] }; };

/** Whether a field is awaited in a place. */
export const isAwaited = (place) => awaited?.place === place;

/** It doesn't come, or somebody has gone elsewhere. */
export const forget = () => { awaited = null; };

/** Put what was pressed into the field that has come; those keys that are no characters it gets as events. */
export const giveTo = (field) => {
  if (!field || !awaited?.place.contains(field)) return;
  const { keys } = awaited;
  awaited = null;
  while (keys.length) {
    const [key, shiftKey] = keys.shift();
    if (key.length === 1) document.execCommand("insertText", false, key);
    else field.dispatchEvent(new KeyboardEvent("keydown", { key, shiftKey, bubbles: true, cancelable: true }));
    if (awaited) awaited.keys.push(...keys.splice(0)); // the next field gets the rest
  }
};

document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (awaited && key === "Escape") {
    const { leave } = awaited;
    forget();
    return leave();
  }
  if (!awaited || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || (key.length > 1 && !awaited.beside.has(key))) return;
  // Whoever writes elsewhere has gone on; an editor that is being left is only on its way out.
  if (!awaited.place.isConnected || (isTyping(target) && !target.closest(".ed") && !awaited.place.contains(target))) return forget();
  event.preventDefault();
  event.stopImmediatePropagation();
  awaited.keys.push([key, event.shiftKey]);
}, { capture: true });
document.addEventListener("pointerdown", ({ target }) => { if (awaited && !awaited.place.contains(target)) forget(); }, { capture: true });

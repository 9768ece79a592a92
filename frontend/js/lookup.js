// Choosing a record for a link: suggestions come while typing (found.html), arrows and Enter or a click choose one.
// [data-lookup] holds one: its hidden [data-lookup-id] follows. [data-lookup=many] collects them as tags in [data-lookup-picked].
// People type faster than suggestions come: keys pressed meanwhile wait for the answer to what was typed, so they never choose from an older one.
import { all, on, one } from "./dom.js";
import { send } from "./once.js";

const inputOf = (box) => one("input[role=combobox]", box);
const hits = (box) => all("[data-lookup-hit]", box);
const asking = new WeakMap(); // box → what was typed, what the shown suggestions answer, and the keys that wait for them
const stateOf = (box) => asking.get(box) ?? asking.set(box, { keys: [] }).get(box);
const isWaiting = ({ typed, answered }) => typed !== undefined && typed !== answered;
const close = (box) => {
  asking.delete(box);
  one(".k-found", box)?.replaceChildren();
  inputOf(box).setAttribute("aria-expanded", "false");
  inputOf(box).removeAttribute("aria-activedescendant");
};
const mark = (box, hit) => {
  hits(box).forEach((other) => other.setAttribute("aria-selected", String(other === hit)));
  if (!hit) return;
  inputOf(box).setAttribute("aria-activedescendant", hit.id);
  hit.scrollIntoView({ block: "nearest" });
};

const hidden = (name, value) => Object.assign(document.createElement("input"), { type: "hidden", name, value });
const makes = (box, yes) => { const field = one("[data-lookup-new]", box); if (field) field.value = yes ? "1" : ""; };
const tagOf = (box, [id, object, label]) => {
  const tag = Object.assign(document.createElement("span"), { className: "tag line" });
  const { name } = inputOf(box).dataset, drop = Object.assign(document.createElement("button"), { type: "button", textContent: "×" });
  drop.dataset.lookupDrop = "";
  drop.setAttribute("aria-label", `× ${label}`);
  tag.append(hidden(name, id), hidden(`${name}.object`, object), hidden(`${name}.label`, label), label, drop);
  return tag;
};
/** What a control of several links holds: id, object and label of each. */
export const picked = (box) => all(".tag", box).map((tag) => all("input", tag).map((input) => input.value));
/** Let it hold others. */
export const hold = (box, links) => one("[data-lookup-picked]", box).replaceChildren(...links.map((link) => tagOf(box, link)));

const pick = (box, hit) => {
  const input = inputOf(box);
  if (box.dataset.lookup === "many") {
    one("[data-lookup-picked]", box).append(tagOf(box, [hit.dataset.lookupHit, hit.dataset.object, hit.dataset.label]));
    input.value = "";
  } else {
    one("[data-lookup-id]", box).value = hit.dataset.lookupHit;
    makes(box, !hit.dataset.lookupHit); // what has no id is made when the form is saved
    input.value = hit.dataset.label;
    input.dataset.chosen = hit.dataset.label;
  }
  close(box);
  box.dispatchEvent(new CustomEvent("kundig:picked", { bubbles: true }));
};

on("input", "[data-lookup] input[role=combobox]", (_, input) => {
  const box = input.closest("[data-lookup]"), id = one("[data-lookup-id]", box);
  if (id) id.value = ""; // what was typed is no record until one is chosen
  makes(box, false);
  Object.assign(stateOf(box), { typed: input.value, keys: [] });
});
on("mousedown", "[data-lookup-hit]", (event) => event.preventDefault()); // the field keeps the focus
on("click", "[data-lookup-hit]", (_, hit) => pick(hit.closest("[data-lookup]"), hit));
const SAVE = "Ctrl Enter"; // typed ahead too: choose, then save
on("click", "[data-lookup-drop]", (_, button) => {
  const box = button.closest("[data-lookup]");
  button.closest(".tag").remove();
  box.dispatchEvent(new CustomEvent("kundig:dropped", { bubbles: true }));
});
const press = (box, key) => {
  if (key === SAVE) return send(inputOf(box).form);
  const found = hits(box), at = found.findIndex((hit) => hit.getAttribute("aria-selected") === "true");
  if (key === "Enter") return found.length && pick(box, found[Math.max(at, 0)]);
  mark(box, found[key === "ArrowDown" ? (at + 1) % found.length : (Math.max(at, 0) - 1 + found.length) % found.length]);
};
on("keydown", "[data-lookup] input[role=combobox]", (event, input) => {
  const box = input.closest("[data-lookup]"), state = stateOf(box), waiting = isWaiting(state);
  const isOpen = waiting || (hits(box).length > 0 && input.getAttribute("aria-expanded") === "true");
  if (!isOpen || event.isComposing || !["ArrowDown", "ArrowUp", "Enter", "Escape"].includes(event.key)) return;
  const saves = event.key === "Enter" && (event.ctrlKey || event.metaKey);
  if (saves && !waiting) return;
  if (event.key === "Escape" && !hits(box).length) return close(box); // nothing is shown that it could close: it means the dialog
  event.preventDefault();
  event.stopImmediatePropagation();
  if (event.key === "Escape") close(box);
  else if (waiting) state.keys.push(saves ? SAVE : event.key);
  else press(box, event.key);
}, { capture: true });
on("focusout", "[data-lookup]", (event, box) => {
  if (!box.contains(event.relatedTarget)) setTimeout(() => close(box), 0);
});

const boxOf = (event) => {
  const source = event.detail.ctx?.sourceElement;
  return source?.matches?.("[data-lookup] input[role=combobox]") ? source.closest("[data-lookup]") : null;
};
document.addEventListener("htmx:before:request", (event) => {
  const box = boxOf(event);
  if (!box) return;
  const input = inputOf(box), { value } = input;
  // The choice was made, or the field left, before the question was sent: an answer would open what has just been closed.
  if ((value && value === input.dataset.chosen) || document.activeElement !== input) event.preventDefault();
  else Object.assign(stateOf(box), { typed: value, asked: value });
});
document.addEventListener("htmx:after:swap", (event) => {
  const box = boxOf(event);
  if (!box) return;
  const state = stateOf(box);
  if (state.typed === undefined) return close(box); // chosen or left meanwhile
  state.answered = state.asked;
  hits(box).forEach((hit, place) => { hit.id ||= `${inputOf(box).id}-hit-${place}`; });
  inputOf(box).setAttribute("aria-expanded", String(hits(box).length > 0));
  if (!isWaiting(state)) state.keys.splice(0).forEach((key) => press(box, key));
});
document.addEventListener("htmx:error", (event) => {
  const box = boxOf(event);
  if (box) close(box); // no answer will come
});

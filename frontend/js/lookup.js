// Choosing a record for a link: suggestions come while typing (found.html), arrows and Enter or a click choose one.
// [data-lookup] holds one: its hidden [data-lookup-id] follows. [data-lookup=many] collects them as tags in [data-lookup-picked].
import { all, on, one } from "./dom.js";

const inputOf = (box) => one("input[role=combobox]", box);
const hits = (box) => all("[data-lookup-hit]", box);
const close = (box) => {
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
const pick = (box, hit) => {
  const input = inputOf(box);
  if (box.dataset.lookup === "many") {
    const tag = Object.assign(document.createElement("span"), { className: "tag line" });
    const name = input.dataset.name, drop = Object.assign(document.createElement("button"), { type: "button", textContent: "×" });
    drop.dataset.lookupDrop = "";
    drop.setAttribute("aria-label", `× ${hit.dataset.label}`);
    tag.append(hidden(name, hit.dataset.lookupHit), hidden(`${name}.object`, hit.dataset.object), hidden(`${name}.label`, hit.dataset.label), hit.dataset.label, drop);
    one("[data-lookup-picked]", box).append(tag);
    input.value = "";
  } else {
    one("[data-lookup-id]", box).value = hit.dataset.lookupHit;
    input.value = hit.dataset.label;
    input.dataset.chosen = hit.dataset.label;
  }
  close(box);
  box.dispatchEvent(new CustomEvent("kundig:picked", { bubbles: true }));
};

on("input", "[data-lookup] input[role=combobox]", (_, input) => {
  const id = one("[data-lookup-id]", input.closest("[data-lookup]"));
  if (id) id.value = ""; // what was typed is no record until one is chosen
});
on("mousedown", "[data-lookup-hit]", (event) => event.preventDefault()); // the field keeps the focus
on("click", "[data-lookup-hit]", (_, hit) => pick(hit.closest("[data-lookup]"), hit));
on("click", "[data-lookup-drop]", (_, button) => button.closest(".tag").remove());
on("keydown", "[data-lookup] input[role=combobox]", (event, input) => {
  const box = input.closest("[data-lookup]"), found = hits(box), at = found.findIndex((hit) => hit.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    mark(box, found[(at + (event.key === "ArrowDown" ? 1 : -1) + found.length) % found.length]);
  } else if (event.key === "Enter" && found.length && input.getAttribute("aria-expanded") === "true") {
    event.preventDefault();
    event.stopImmediatePropagation();
    pick(box, found[Math.max(at, 0)]);
  } else if (event.key === "Escape" && found.length) {
    event.preventDefault();
    event.stopImmediatePropagation();
    close(box);
  }
}, { capture: true });
on("focusout", "[data-lookup]", (event, box) => {
  if (!box.contains(event.relatedTarget)) setTimeout(() => close(box), 0);
});
document.addEventListener("htmx:after:swap", () => all("[data-lookup]").forEach((box) => {
  hits(box).forEach((hit, place) => { hit.id ||= `${inputOf(box).id}-hit-${place}`; });
  inputOf(box).setAttribute("aria-expanded", String(hits(box).length > 0));
}));

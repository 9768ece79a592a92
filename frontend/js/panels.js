// Parts of a page of which a narrow screen shows one at a time: [data-panel=name] buttons, the name goes to [data-panels].
import { all, on } from "./dom.js";

on("click", "[data-panel]", (_, button) => {
  const place = button.closest("[data-panels]");
  place.dataset.panels = button.dataset.panel;
  all("[data-panel]", place).forEach((other) => other.setAttribute("aria-pressed", String(other === button)));
});

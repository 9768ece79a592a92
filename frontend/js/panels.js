// Parts of a page of which a narrow screen shows one at a time: [data-panel=name] buttons, the name goes to [data-panels].
import { all, on } from "./dom.js";

on("click", "[data-panel]", (_, button) => {
  const place = button.closest("[data-panels]");
  place.dataset.panels = button.dataset.panel;
  all("[data-panel]", place).forEach((other) => other.setAttribute("aria-pressed", String(other === button)));
});

// On paper there is nothing to choose: all tabs of a record's details are printed.
let closed = [];
addEventListener("beforeprint", () => {
  closed = all(".k-dtabs > [role=tabpanel][hidden]");
  closed.forEach((panel) => { panel.hidden = false; });
});
addEventListener("afterprint", () => closed.forEach((panel) => { panel.hidden = true; }));

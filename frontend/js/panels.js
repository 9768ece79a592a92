// Parts of a page of which a narrow screen shows one at a time: [data-panel=name] buttons, the name goes to [data-panels].
import { hold } from "./ahead.js";
import { all, on, one } from "./dom.js";

const show = (place, name) => {
  place.dataset.panels = name;
  all("[data-panel]", place).forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.panel === name)));
};
on("click", "[data-panel]", (_, button) => show(button.closest("[data-panels]"), button.dataset.panel));

// The same page that comes anew shows the same part; whoever writes a comment goes on with it when it is there again.
let before = null;
document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
  const place = ctx.target?.id === "main" && one("[data-panels]");
  before = place && { path: location.pathname, name: place.dataset.panels, writes: Boolean(document.activeElement.closest("#comments form")) };
});
document.addEventListener("htmx:after:swap", () => {
  const place = one("[data-panels]"), { path, name, writes } = before || {};
  before = null;
  if (!place || path !== location.pathname || !one(`[data-panel="${name}"]`, place)) return;
  show(place, name);
  if (writes) hold(one("#comments").parentElement);
});

// On paper there is nothing to choose: all tabs of a record's details are printed.
let closed = [];
addEventListener("beforeprint", () => {
  closed = all(".k-dtabs > [role=tabpanel][hidden]");
  closed.forEach((panel) => { panel.hidden = false; });
});
addEventListener("afterprint", () => closed.forEach((panel) => { panel.hidden = true; }));

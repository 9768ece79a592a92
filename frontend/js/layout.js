// Forms whose commands bring them anew. Arranging a page or a pipeline by hand: fields go from section to section, sections from tab to tab, stages up and down, by their grips.
// The order of the page is the order of the form, so nothing has to be sent but the form. A condition comes from its dialog into it.
import Sortable from "sortablejs";
import { slide } from "./dom.js";

const sort = (list, group, draggable, handle) => Sortable.create(list, { group, draggable, handle: `[data-grip=${handle}]`, animation: slide(),
  emptyInsertThreshold: 24, ghostClass: "k-ghost", chosenClass: "k-chosen" });

// A command brings the form anew: it stays scrolled as it was, and where one goes on comes into sight.
const FORMS = ".k-layform, #role-form";
const scrolling = () => [".k-layform > .k-form-b, .k-mxall", ".k-set2, .k-set3"].map((place) => document.querySelector(place));
let scrolled = null;
document.addEventListener("htmx:before:swap", ({ detail }) => {
  scrolled = detail.ctx?.target?.matches?.(FORMS) ? scrolling().map((place) => place?.scrollTop) : null;
});
const stay = (form) => {
  scrolling().forEach((place, number) => { if (place) place.scrollTop = scrolled?.[number] ?? 0; });
  if (form.contains(document.activeElement)) document.activeElement.scrollIntoView({ block: "nearest" });
};

const wire = () => document.querySelectorAll(`:is(${FORMS}):not([data-ready])`).forEach((form) => {
  form.dataset.ready = "";
  if (scrolled) stay(form);
  form.querySelectorAll("[data-fields]").forEach((list) => sort(list, "fields", ".k-layf", "field"));
  form.querySelectorAll("[data-sections]").forEach((list) => sort(list, "sections", ".k-lays", "section"));
});

// What a section or tab is called is told in the menus as it is typed.
document.addEventListener("input", ({ target }) => {
  if (!target.matches?.("#layout-form input[lang]")) return;
  const key = target.name.split(".")[0];
  const told = [...target.form.querySelectorAll("input[lang]")].filter((input) => input.name.startsWith(`${key}.`)).map((input) => input.value.trim());
  document.querySelectorAll(`[data-name-of="${CSS.escape(key)}"]`).forEach((name) => { name.textContent = told.find(Boolean) ?? "–"; });
});

document.addEventListener("kundig:condition", ({ detail }) => {
  const form = document.querySelector("#layout-form, #rule-form, #role-form"), value = form?.elements.namedItem(detail.name);
  document.querySelector("#condition")?.close();
  if (!value) return;
  value.value = detail.where;
  form.requestSubmit();
});

wire();
document.addEventListener("htmx:after:swap", wire);

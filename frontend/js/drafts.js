// Keeps what was typed and chosen in forms marked data-draft="key" over a reload or a closed tab, in this tab's storage only.
import { all, on, one } from "./dom.js";
import { hold, picked } from "./lookup.js"; // its listeners come first: what is typed into a link is no record any more when it is kept

const key = (form) => `form:${location.pathname}:${form.dataset.draft}`;
const isLink = (field) => field.matches("[data-lookup-id], [data-lookup-new]");
const kept = (field) => field.name && (isLink(field) || !["password", "file", "hidden"].includes(field.type));
const collections = (form) => all("[data-lookup=many]", form);

const remember = (form) => {
  const values = [...form.elements].filter(kept).map((field) => [field.name, field.type === "checkbox" || field.type === "radio" ? [field.value, field.checked] : field.value]);
  const links = collections(form).map((box) => [one("[data-name]", box).dataset.name, picked(box)]);
  sessionStorage.setItem(key(form), JSON.stringify({ values, links }));
};

const restore = (form) => {
  if (form.dataset.restored) return;
  form.dataset.restored = "yes";
  const stored = sessionStorage.getItem(key(form));
  if (!stored) return;
  const { values, links } = JSON.parse(stored);
  const fields = [...form.elements].filter(kept); // several may have one name: each gets its own back
  for (const [name, value] of values) {
    const at = fields.findIndex((field) => field.name === name && (!Array.isArray(value) || field.value === value[0]));
    if (at < 0) continue;
    const [field] = fields.splice(at, 1);
    if (Array.isArray(value)) field.checked = value[1];
    else field.value = value;
  }
  for (const box of collections(form)) hold(box, links.find(([name]) => name === one("[data-name]", box).dataset.name)?.[1] ?? picked(box));
};

for (const type of ["input", "kundig:picked", "kundig:dropped"]) on(type, "form[data-draft]", (_, form) => remember(form));
on("reset", "form[data-draft]", (_, form) => sessionStorage.removeItem(key(form)));
document.addEventListener("htmx:after:request", (event) => {
  const { sourceElement: source, response } = event.detail.ctx, form = source?.closest?.("form[data-draft]");
  // Sent, or left by a button; what only asks something of a form (suggestions, its shape, who is free) ends nothing.
  if (form && (source === form || source.matches("button")) && response.status < 400) sessionStorage.removeItem(key(form));
});
const load = () => all("form[data-draft]").forEach(restore);
document.addEventListener("DOMContentLoaded", load);
document.addEventListener("htmx:after:swap", load);

// Keeps what was typed into forms marked data-draft="key" over a reload or a closed tab, in this tab's storage only.
import { all, on } from "./dom.js";

const key = (form) => `draft:${location.pathname}:${form.dataset.draft}`;
const kept = (field) => field.name && !["password", "file", "hidden"].includes(field.type);

const remember = (form) => {
  const values = [...form.elements].filter(kept).map((field) => [field.name, field.type === "checkbox" || field.type === "radio" ? [field.value, field.checked] : field.value]);
  sessionStorage.setItem(key(form), JSON.stringify(values));
};

const restore = (form) => {
  if (form.dataset.restored) return;
  form.dataset.restored = "yes";
  const stored = sessionStorage.getItem(key(form));
  if (!stored) return;
  for (const [name, value] of JSON.parse(stored)) {
    for (const field of [...form.elements].filter((element) => element.name === name && kept(element))) {
      if (!Array.isArray(value)) field.value = value;
      else if (field.value === value[0]) field.checked = value[1];
    }
  }
};

on("input", "form[data-draft]", (_, form) => remember(form));
on("reset", "form[data-draft]", (_, form) => sessionStorage.removeItem(key(form)));
document.addEventListener("htmx:after:request", (event) => {
  const form = event.detail.ctx.sourceElement?.closest?.("form[data-draft]");
  if (form && event.detail.ctx.response.status < 400) sessionStorage.removeItem(key(form));
});
const load = () => all("form[data-draft]").forEach(restore);
document.addEventListener("DOMContentLoaded", load);
document.addEventListener("htmx:after:swap", load);

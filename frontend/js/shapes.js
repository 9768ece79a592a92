// A form whose layout depends on what is typed: the server says which fields ([data-shaped]) do not stand there now, and which are
// required. What stands in a field that goes away stays in it, and is sent as it is.
import { all, isChanged, on, one } from "./dom.js";

const ask = (_, form) => one("[data-asks-shape]", form)?.dispatchEvent(new Event("kundig:shape"));
on("change", "form", ask);
on("kundig:picked", "form", ask);
on("kundig:dropped", "form", ask);

all("form:has([data-asks-shape])").filter(isChanged).forEach((form) => ask(null, form)); // before this bundle came

const apply = (told) => {
  const form = told.closest("form");
  const away = new Set(told.dataset.away.split(" ")), required = new Set(told.dataset.required.split(" "));
  for (const field of form.querySelectorAll("[data-shaped]")) {
    const name = field.dataset.shaped;
    field.hidden = away.has(name) && !field.dataset.invalid;
    const star = field.querySelector(".k-req");
    if (star) star.hidden = !required.has(name);
    const control = field.querySelector("input:not([type=hidden]), select, textarea");
    if (control) control.required = required.has(name);
  }
  told.remove();
};

document.addEventListener("htmx:after:swap", () => document.querySelectorAll("form [data-away]").forEach(apply));

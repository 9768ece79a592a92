// Names behind an @: a list under textarea[data-mentions] with those of the form's <datalist data-names> that fit.
import { all, on, one } from "./dom.js";

const MOST = 6;
const LIST = "[data-mention-list]";

const typed = (box) => /(?:^|\s)@([^@\n]{0,40})$/.exec(box.value.slice(0, box.selectionStart))?.[1];
const close = (box) => {
  one(LIST, box.form)?.remove();
  for (const name of ["aria-controls", "aria-activedescendant"]) box.removeAttribute(name);
};
const chosen = (box) => one(`${LIST} [aria-selected=true]`, box.form);
const mark = (box, item) => {
  chosen(box)?.setAttribute("aria-selected", "false");
  item.setAttribute("aria-selected", "true");
  box.setAttribute("aria-activedescendant", item.id);
};

const offer = (box) => {
  const words = typed(box);
  close(box);
  if (words === undefined) return;
  const names = all("[data-names] option", box.form).map((option) => option.value);
  const fitting = names.filter((name) => name.toLowerCase().includes(words.toLowerCase()) && name !== words).slice(0, MOST);
  if (!fitting.length) return;
  const list = document.createElement("ul");
  list.className = "k-mention";
  list.dataset.mentionList = "";
  list.id = "mentions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", box.getAttribute("aria-label"));
  for (const [index, name] of fitting.entries()) {
    const item = document.createElement("li");
    item.setAttribute("role", "option");
    item.id = `mention-${index}`;
    item.setAttribute("aria-selected", "false");
    item.textContent = name; // never markup
    list.append(item);
  }
  box.after(list);
  box.setAttribute("aria-controls", list.id);
  mark(box, list.firstElementChild);
};

const take = (box, name) => {
  const start = box.value.slice(0, box.selectionStart).replace(/@[^@\n]*$/, `@${name} `);
  box.value = start + box.value.slice(box.selectionStart);
  box.setSelectionRange(start.length, start.length);
  close(box);
  box.dispatchEvent(new Event("input", { bubbles: true }));
};

on("input", "textarea[data-mentions]", (_, box) => offer(box));
on("focusout", "textarea[data-mentions]", (_, box) => setTimeout(() => close(box), 150));
on("mousedown", `${LIST} li`, (event, item) => {
  event.preventDefault(); // the text keeps the focus
  take(one("textarea[data-mentions]", item.closest("form")), item.textContent);
});
on("keydown", "textarea[data-mentions]", (event, box) => {
  const current = chosen(box);
  if (!current || event.isComposing || event.ctrlKey || event.metaKey) return; // Ctrl Enter saves
  const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
  if (event.key === "Escape") close(box);
  else if (["Enter", "Tab"].includes(event.key)) take(box, current.textContent);
  else if (step && current[step]) mark(box, current[step]);
  else if (!step) return;
  event.preventDefault();
  event.stopPropagation();
}, true);

// What is shown once (a token, a link) is selected when it gets the focus, ready to be copied.
on("focusin", "input[data-select]", (_, field) => field.select());

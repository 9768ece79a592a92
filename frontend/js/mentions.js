// Names behind an @: a list under textarea[data-mentions] with those of the form's <datalist data-names> that fit.
import { all, on, one } from "./dom.js";

const MOST = 6;
const LIST = "[data-mention-list]";

const typed = (box) => /(?:^|\s)@([^@\n]{0,40})$/.exec(box.value.slice(0, box.selectionStart))?.[1];
const close = (form) => one(LIST, form)?.remove();
const chosen = (form) => one(`${LIST} [aria-selected=true]`, form);

const offer = (box) => {
  const form = box.form, words = typed(box);
  close(form);
  if (words === undefined) return;
  const names = all("[data-names] option", form).map((option) => option.value);
  const fitting = names.filter((name) => name.toLowerCase().includes(words.toLowerCase()) && name !== words).slice(0, MOST);
  if (!fitting.length) return;
  const list = document.createElement("ul");
  list.className = "k-mention";
  list.dataset.mentionList = "";
  list.setAttribute("role", "listbox");
  for (const [index, name] of fitting.entries()) {
    const item = document.createElement("li");
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", String(index === 0));
    item.textContent = name; // never markup
    list.append(item);
  }
  box.after(list);
};

const take = (box, name) => {
  const start = box.value.slice(0, box.selectionStart).replace(/@[^@\n]*$/, `@${name} `);
  box.value = start + box.value.slice(box.selectionStart);
  box.setSelectionRange(start.length, start.length);
  close(box.form);
  box.dispatchEvent(new Event("input", { bubbles: true }));
};

on("input", "textarea[data-mentions]", (_, box) => offer(box));
on("focusout", "textarea[data-mentions]", (_, box) => setTimeout(() => close(box.form), 150));
on("mousedown", `${LIST} li`, (event, item) => {
  event.preventDefault(); // the text keeps the focus
  take(one("textarea[data-mentions]", item.closest("form")), item.textContent);
});
on("keydown", "textarea[data-mentions]", (event, box) => {
  const current = chosen(box.form);
  if (!current) return;
  const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
  if (event.key === "Escape") close(box.form);
  else if (["Enter", "Tab"].includes(event.key)) take(box, current.textContent);
  else if (step && current[step]) {
    current.setAttribute("aria-selected", "false");
    current[step].setAttribute("aria-selected", "true");
  } else if (!step) return;
  event.preventDefault();
  event.stopPropagation();
}, true);

// What is shown once (a token, a link) is selected when it gets the focus, ready to be copied.
on("focusin", "input[data-select]", (_, field) => field.select());

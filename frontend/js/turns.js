// A panel whose form is fetched anew at every change (form[data-turns]): what is done in it while an answer is under way keeps its turn.
// Controls keep what was put into them meanwhile, buttons are pressed again in the form that came.
import { all, on, one } from "./dom.js";

const FORM = "form[data-turns]", CONTROLS = "input[id], select[id], textarea[id]";
const isBox = (control) => control.matches("[type=checkbox], [type=radio]");
const said = (control) => (isBox(control) ? control.checked : control.value);
const say = (control, value) => {
  if (isBox(control)) control.checked = value;
  else if (!control.matches("select") || [...control.options].some((option) => option.value === value)) control.value = value;
};
// What a button is called may change with the answer (“Change 12”), what it is for does not.
const callOf = (button) => (button.type === "submit" ? `submit ${button.name} ${button.value}` : button.getAttribute("aria-label") ?? button.textContent.trim());
const named = (form) => {
  const seen = new Map();
  return new Map(all("button", form).map((button) => {
    const call = callOf(button), place = seen.get(call) ?? 0;
    seen.set(call, place + 1);
    return [button.id || `${place} ${call}`, button];
  }));
};
const nameOf = (button) => [...named(button.form)].find(([, other]) => other === button)[0];

// What comes is the form, or what it alone stands in.
const formIn = (place) => (place?.matches?.(FORM) ? place : place?.querySelector?.(`:scope > ${FORM}`));

const turns = new Map(); // id of the form → what it held when it was sent, what has changed since, letters for lists, buttons pressed
const waiting = new Map(); // id of the form → buttons whose turn is after the one that was pressed for them just now

document.addEventListener("htmx:before:request", (event) => {
  const { target, sourceElement } = event.detail.ctx, form = formIn(target);
  if (!form?.contains(sourceElement)) return;
  turns.set(form.id, { sent: new Map(all(CONTROLS, form).map((control) => [control.id, said(control)])), pressed: waiting.get(form.id) ?? [], letters: new Map(), source: sourceElement.id });
  waiting.delete(form.id);
});

const later = (type, act) => document.addEventListener(type, (event) => {
  const form = event.target.closest?.(FORM), turn = turns.get(form?.id);
  if (!turn || act(event, turn) === false) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, { capture: true });
later("change", (event) => event.target.matches(CONTROLS));
// Letters mean the list that will come, which may offer something else than the one that is shown.
later("keydown", (event, turn) => {
  const { target, key } = event;
  if (!target.matches("select[id]") || key.length > 1 || event.ctrlKey || event.metaKey || event.altKey) return false;
  turn.letters.set(target.id, (turn.letters.get(target.id) ?? "") + key);
  return true;
});
const fitting = (select, letters) => [...select.options].find((option) => option.text.toLowerCase().startsWith(letters.toLowerCase()))?.value;

// What is sent right after letters were typed waits for what they have changed.
document.addEventListener("submit", (event) => {
  const form = event.target.closest(FORM), select = form && one("select:focus", form);
  if (!select || !lettersAt || turns.has(form.id)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  waiting.set(form.id, [event.submitter ? nameOf(event.submitter) : ""]);
  settle(select);
}, { capture: true });

// A closed list of choices follows the letters that are typed into it: what counts is where that ends.
const PAUSE = 600; // ms, somewhat less than browsers take for the end of a word
let lettersAt = 0, pausing = 0;
const settle = (select) => {
  clearTimeout(pausing);
  lettersAt = 0; // the change below is not trusted, so it goes on to htmx
  if (select.isConnected) select.dispatchEvent(new Event("change", { bubbles: true }));
};
on("keydown", `${FORM} select`, (event) => { if (event.key.length === 1) lettersAt = Date.now(); }, { capture: true });
on("change", `${FORM} select`, (event, select) => {
  if (!event.isTrusted || Date.now() - lettersAt > PAUSE) return;
  event.stopImmediatePropagation();
  clearTimeout(pausing);
  pausing = setTimeout(() => settle(select), PAUSE);
  select.addEventListener("blur", () => { if (lettersAt) settle(select); }, { once: true });
}, { capture: true });
later("submit", (event, turn) => turn.pressed.push(event.submitter ? nameOf(event.submitter) : ""));
later("click", (event, turn) => {
  const button = event.target.closest("button[hx-post], button[type=submit]");
  return button ? turn.pressed.push(nameOf(button)) : false;
});

// A button that is exchanged between press and release would get no click.
let down = null;
document.addEventListener("pointerdown", ({ target }) => {
  const button = target.closest?.(`${FORM} button`);
  down = button && { button, form: button.form.id, name: nameOf(button) };
}, { capture: true });
document.addEventListener("pointerup", ({ target }) => {
  const was = down, form = was && document.getElementById(was.form);
  down = null;
  if (form?.contains(target) && !was.button.isConnected) named(form).get(was.name)?.click();
}, { capture: true });

document.addEventListener("htmx:before:swap", (event) => {
  const form = formIn(event.detail.ctx?.target), turn = turns.get(form?.id);
  if (!turn) return;
  turn.focused = form.contains(document.activeElement);
  turn.changed = all(CONTROLS, form).filter((control) => turn.sent.has(control.id) && turn.sent.get(control.id) !== said(control)).map((control) => [control.id, said(control)]);
});
document.addEventListener("htmx:finally:request", (event) => {
  const id = formIn(event.detail.ctx?.target)?.id, turn = turns.get(id);
  if (!turn) return;
  turns.delete(id);
  const form = document.getElementById(id);
  if (!turn.changed || !form?.matches(FORM)) return; // nothing came in its place
  const there = ([control, value]) => [document.getElementById(control), value];
  const letters = [...turn.letters].map(there).filter(([select]) => select?.matches("select")).map(([select, text]) => [select, fitting(select, text) ?? select.value]);
  const changed = [...turn.changed.map(there).filter(([control]) => control), ...letters];
  changed.forEach(([control, value]) => say(control, value));
  // Who had gone on to what is no longer there stands behind the control that was changed.
  const stops = all("input:not([type=hidden]), select, textarea, button:enabled", form).filter((stop) => stop.tabIndex >= 0 && stop.getClientRects().length);
  if (turn.focused && document.activeElement === document.body) stops[stops.findIndex((stop) => stop.id === turn.source) + 1]?.focus();
  if (turn.pressed.length) {
    const [first, ...rest] = turn.pressed, button = named(form).get(first);
    waiting.set(id, rest);
    if (first === "") form.requestSubmit(); else button?.click();
  } else changed.at(-1)?.[0].dispatchEvent(new Event("change", { bubbles: true }));
});

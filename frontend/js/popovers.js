// Native popovers (.k-pop) are put under their button: in the top layer no scrolling table or bar can clip them.
import { all, on, one } from "./dom.js";

// A popover may have several buttons: the one that was pressed counts, else the one that is shown at this size of screen.
let pressed = null;
on("click", "[popovertarget]", (_, button) => { pressed = button; }, { capture: true });
export const buttonOf = (popover) => {
  const buttons = all(`[popovertarget="${CSS.escape(popover.id)}"]`).filter((button) => button.getClientRects().length);
  return buttons.includes(pressed) ? pressed : buttons[0];
};

const GAP = 6, EDGE = 8;

const place = (popover) => {
  const button = buttonOf(popover);
  if (!button) return;
  const at = button.getBoundingClientRect(), size = popover.getBoundingClientRect();
  const start = popover.dataset.align === "end" ? at.right - size.width : at.left;
  const below = at.bottom + GAP + size.height <= innerHeight;
  popover.style.left = `${Math.max(EDGE, Math.min(start, innerWidth - size.width - EDGE))}px`; // CSSOM writes pass the policy
  popover.style.top = `${below ? at.bottom + GAP : Math.max(EDGE, at.top - size.height - GAP)}px`;
};

document.addEventListener("toggle", (event) => {
  const popover = event.target;
  if (!popover.matches?.(".k-pop")) return;
  buttonOf(popover)?.setAttribute("aria-expanded", String(event.newState === "open"));
  if (event.newState !== "open") return popover.removeAttribute("style");
  place(popover);
  one("[autofocus], [role=menuitem], [role=menuitemradio]", popover)?.focus({ preventScroll: true });
}, true);

// A form that came into an open panel is put where it fits, and may say which control it is about; so may one in a dialog.
document.addEventListener("htmx:after:swap", () => {
  const popover = one(".k-pop:popover-open");
  if (popover) place(popover);
  const form = one(":is(.k-pop:popover-open, dialog[open]) form[data-focus]"), id = form?.dataset.focus;
  if (!id) return;
  form.removeAttribute("data-focus");
  const names = [id, `f-${id}`, `${id}-0`, id.replace(/value$/, "period")];
  names.map((name) => document.getElementById(name)).find((element) => element?.matches("input, select, textarea"))?.focus();
});

// Menus in popovers: arrows move, a choice closes.
const ITEMS = "[role=menuitem], [role=menuitemradio], [role=menuitemcheckbox]";
on("keydown", ".k-pop[role=menu]", (event, menu) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const items = all(ITEMS, menu), index = items.indexOf(document.activeElement);
  items[(index + step + items.length) % items.length]?.focus();
});
on("click", `.k-pop[role=menu] :is(${ITEMS})`, (_, item) => item.closest(".k-pop").hidePopover());

// Short names for looking things up.
export const one = (selector, root = document) => root.querySelector(selector);
export const all = (selector, root = document) => [...root.querySelectorAll(selector)];

/** Whether keys pressed here are text, not commands: what has just been closed keeps the focus for a moment. */
export const isTyping = (target) => Boolean(target.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]") && !target.closest("dialog:not([open])"));

/** Whether something in a form is no longer as it came. */
export const isChanged = (form) => [...form.elements].some(({ type, value, checked, defaultValue, defaultChecked, options }) => {
  if (options) return value !== ([...options].find((option) => option.defaultSelected) ?? options[0])?.value;
  return type === "checkbox" || type === "radio" ? checked !== defaultChecked : type !== "hidden" && defaultValue !== undefined && value !== defaultValue;
});

/** How long (ms) what is dragged takes to its place; not at all for who wants things to stay still. */
export const slide = () => (matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 140);

/** Listen on the document for events of elements that match, now and later. */
export const on = (type, selector, act, options) =>
  document.addEventListener(type, (event) => {
    const element = event.target.closest?.(selector);
    if (element) act(event, element);
  }, options);

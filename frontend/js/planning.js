// Who is free is asked anew when people or times change; a time that is free for all ([data-slot-start]) goes into the form's controls.
import { all, isChanged, on, one } from "./dom.js";

const ask = (_, form) => one("[data-planning]", form)?.dispatchEvent(new Event("kundig:plan"));
on("change", "form", ask);
on("kundig:picked", "form", ask);
on("kundig:dropped", "form", ask);
all("form:has([data-planning])").filter(isChanged).forEach((form) => ask(null, form)); // before this bundle came
on("click", "[data-slot-start]", (_, slot) => {
  const form = slot.closest("form"), { start, end } = slot.closest("[data-planning]").dataset;
  const set = (name, value) => { const input = one(`[name="${CSS.escape(name)}"]`, form); if (input) input.value = value; return input; };
  set(end, slot.dataset.slotEnd);
  set(start, slot.dataset.slotStart)?.dispatchEvent(new Event("change", { bubbles: true }));
});

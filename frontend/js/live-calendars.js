// Calendars while others plan: days that look different are put in place. A day that somebody points at waits until the pointer has
// left it, and what would move what is pointed at waits until the pointer has left the calendar.
import { all, one } from "./dom.js";
import htmx from "./htmx.js";
import { isUnderCursor, plain, read, whenLeft } from "./patching.js";

const calendar = () => one("[data-calendar]");
const days = (root) => all("[data-day]", root);
const again = () => follow().catch(() => {}); // the connection is lost: the next news bring it again
const stands = (element) => { const { x, y } = element.getBoundingClientRect(); return `${x} ${y}`; };

/** Put a day's other state in place, unless what is pointed at would move by it; its entries that are new are lit up. */
const putDay = (shown, fresh, pointed) => {
  const now = document.importNode(fresh, true), known = new Set(all("a", shown).map(plain)), before = pointed && stands(pointed);
  shown.replaceWith(now);
  if (pointed && stands(pointed) !== before) {
    now.replaceWith(shown);
    return false;
  }
  htmx.process(now);
  all("a[data-shift]", now).filter((entry) => !known.has(plain(entry))).forEach((entry) => entry.classList.add("is-fresh"));
  return true;
};

const putAll = (fresh) => {
  calendar().replaceChildren(...[...fresh.childNodes].map((node) => document.importNode(node, true)));
  htmx.process(calendar());
};

const follow = async () => {
  const page = await read(location.pathname + location.search), place = calendar();
  const fresh = page && one("[data-calendar]", page);
  if (!fresh || !place) return;
  if (one("[data-moving]", place)) return addEventListener("pointerup", () => setTimeout(again), { once: true });
  const shown = days(place), next = days(fresh), focused = place.contains(document.activeElement) && document.activeElement.dataset.shift;
  if (shown.map((day) => day.dataset.day).join() !== next.map((day) => day.dataset.day).join()) { // an agenda has days with entries only
    return isUnderCursor(place) ? whenLeft(place, again) : putAll(fresh);
  }
  const pointed = shown.find((day) => day.matches(":hover"));
  shown.forEach((day, index) => {
    if (plain(day) === plain(next[index])) return;
    if (isUnderCursor(day)) whenLeft(day, again);
    else if (!putDay(day, next[index], pointed)) whenLeft(place, again);
  });
  if (focused && !place.contains(document.activeElement)) one(`[data-shift="${CSS.escape(focused)}"]`, place)?.focus({ preventScroll: true });
};

/** Bring the calendar of this page up to date. */
export const followCalendar = async ({ everything, changed, created, many }) => {
  const objects = calendar()?.dataset.objects.split(" ") ?? [];
  if (objects.some((object) => everything || many.includes(object) || changed[object]?.length || created[object]?.length)) await follow();
};

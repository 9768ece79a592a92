// Putting what was read anew where it stands, without moving anything under the cursor and without touching what is being edited.
import { isTyping, one } from "./dom.js";
import htmx from "./htmx.js";

/** The part of a page at an address, as a boosted link would get it; null where it is not there (any more). It fails, as with a
 * connection that is lost, when the page has become another one meanwhile: what was read is not of that one. */
export const read = async (address) => {
  const { href } = location, sheet = one("#main");
  const answer = await fetch(address, { headers: { "HX-Request": "true", "HX-Boosted": "true" }, cache: "no-store" });
  const text = await answer.text();
  if (location.href !== href || one("#main") !== sheet) throw new Error(`${address}: read for ${href}`);
  if (answer.status === 404) return null;
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  const holder = document.createElement("template"); // rows may stand in it without their table
  holder.innerHTML = text;
  return holder.content;
};

/** Whether somebody writes in it. */
export const isEdited = (element) => Boolean(element.matches(".is-edit") || one(".is-edit", element) || (element.contains(document.activeElement) && isTyping(document.activeElement)));

/** An element as it was sent, without what happened to it here. */
export const plain = (element) => element.outerHTML.replaceAll(/ data-htmx-powered="[^"]*"| data-stale=""| ?is-fresh/g, "").replaceAll(' class=""', "");

/** Show another state of an element, if it is another one; one that is being edited is marked data-stale instead. */
export const put = (element, fresh) => {
  const shown = document.importNode(fresh, true);
  if (element.hasAttribute("tabindex")) shown.tabIndex = element.tabIndex; // cells that keys have led to
  if (plain(element) === plain(shown)) return;
  if (isEdited(element)) { element.dataset.stale = ""; return; }
  const focused = element.contains(document.activeElement);
  element.replaceWith(shown);
  htmx.process(shown);
  shown.classList.add("is-fresh");
  if (focused) (one("[data-pen], a, button", shown) ?? shown).focus({ preventScroll: true });
};

const waits = new WeakSet();

/** Whether somebody points at it or writes in it. */
export const isUnderCursor = (element) => element.matches(":hover") || isEdited(element);

/** Do something with an element as soon as nobody is at it; asked several times meanwhile, it is done once. */
export const whenLeft = (element, act) => {
  if (!isUnderCursor(element)) return act();
  if (waits.has(element)) return undefined;
  waits.add(element);
  const later = () => {
    if (isUnderCursor(element)) return;
    for (const type of ["pointerleave", "focusout"]) element.removeEventListener(type, later);
    waits.delete(element);
    if (element.isConnected) act();
  };
  for (const type of ["pointerleave", "focusout"]) element.addEventListener(type, later);
  return undefined;
};

/** Fetch a part of the page again that came by hx-get, as soon as nobody is at it. */
export const renew = (element) => whenLeft(element, () =>
  htmx.ajax("GET", element.getAttribute("hx-get"), { source: element, target: element, swap: element.getAttribute("hx-swap") ?? "innerHTML" }));

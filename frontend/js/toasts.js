// Short notices. They are cloned from a template and filled with text only: a record's name must never become HTML.
// The server sends them with `HX-Trigger: {"kundig:toast": {"title": …, "text": …, "category": "error", "undo": "/address"}}`.
import { one } from "./dom.js";
import htmx from "./htmx.js";

export const toast = ({ title, text = "", category = "success", undo }) => {
  const template = one("#toast-template"), toaster = one("#toaster");
  if (!template || !toaster) return;
  const element = template.content.firstElementChild.cloneNode(true);
  element.dataset.category = category;
  element.setAttribute("role", category === "error" ? "alert" : "status");
  one("[data-icon=success]", element).toggleAttribute("hidden", category === "error");
  one("[data-icon=error]", element).toggleAttribute("hidden", category !== "error");
  one("h2", element).textContent = title;
  one("p", element).textContent = text;
  const button = one("[data-undo]", element);
  if (undo) {
    button.hidden = false;
    // not by the body, whose requests wait behind the page that is just coming, the second in vain
    button.addEventListener("click", () => {
      button.hidden = true; // the next Ctrl+Z means the one before
      htmx.ajax("POST", undo, { source: toaster, target: "#main", swap: "none" });
    }, { once: true });
  }
  toaster.append(element); // Basecoat's observer starts its timer
};

// One that is going takes no focus any more: Basecoat hides it from the screen reader while it fades.
const going = new MutationObserver((changes) => changes.forEach(({ target }) => { target.inert = target.getAttribute("aria-hidden") === "true"; }));
addEventListener("DOMContentLoaded", () => {
  if (one("#toaster")) going.observe(one("#toaster"), { subtree: true, attributes: true, attributeFilter: ["aria-hidden"] });
});

document.addEventListener("kundig:toast", (event) => toast(event.detail));

// A notice for the next page: the server renders it into the page, so that it survives a redirect.
const waiting = () => document.querySelectorAll("[data-toast]").forEach((element) => {
  element.remove();
  toast(JSON.parse(element.dataset.toast));
});
document.addEventListener("DOMContentLoaded", waiting);
document.addEventListener("htmx:after:swap", waiting);

// Taking along what is on the page: the link to a record (with its name where rich text is pasted), its page on paper.
import { on, one } from "./dom.js";
import { toast } from "./toasts.js";

const words = () => one("#connection")?.dataset ?? {};

/** Put something on the clipboard, as HTML for those who take it and as text for the rest. */
export const copy = async (text, html) => {
  try {
    if (html && window.ClipboardItem) {
      const part = (content, type) => new Blob([content], { type });
      await navigator.clipboard.write([new ClipboardItem({ "text/plain": part(text, "text/plain"), "text/html": part(html, "text/html") })]);
    } else {
      await navigator.clipboard.writeText(text);
    }
    toast({ title: words().copied });
  } catch {
    toast({ title: words().failed, category: "error" }); // not allowed, or the page is served without https
  }
};

on("click", "[data-copy-link]", (_, button) => {
  const address = location.origin + location.pathname, link = document.createElement("a");
  link.href = address;
  link.textContent = button.dataset.copyLink;
  button.closest("[popover]")?.hidePopover();
  copy(address, link.outerHTML);
});

on("click", "[data-print]", (_, button) => {
  button.closest("[popover]")?.hidePopover();
  print();
});

// Ctrl/⌘ C in a list without selected text takes the selected rows along as a table, with the heads of their columns.
const cells = (row) => [...row.cells].slice(1).map((cell) => cell.innerText.replace(/\s+/g, " ").trim());
document.addEventListener("copy", (event) => {
  const table = one("table.k-grid"), chosen = table ? [...table.querySelectorAll("[data-row]:has(input[name=id]:checked)")] : [];
  if (!chosen.length || !getSelection().isCollapsed || event.target.closest?.("input:not([type=checkbox]), textarea")) return;
  const rows = [cells(table.tHead.rows[0]), ...chosen.map(cells)];
  const escaped = (text) => { const place = document.createElement("i"); place.textContent = text; return place.innerHTML; };
  // what a spreadsheet would take for a formula stays a text
  const plain = (text) => (/^[=+@-]/.test(text) && !/^-?[\d.,]+$/.test(text) ? `'${text}` : text);
  event.clipboardData.setData("text/plain", rows.map((row) => row.map(plain).join("\t")).join("\n"));
  event.clipboardData.setData("text/html", `<table>${rows.map((row) => `<tr>${row.map((text) => `<td>${escaped(plain(text))}</td>`).join("")}</tr>`).join("")}</table>`);
  event.preventDefault();
  toast({ title: words().copied });
});

// Previous and next of the list one came from. A list leaves the order of its rows behind, in this tab only;
// a record's page finds itself among them. Rows that were not loaded yet are not known: the list knows more.
import { all, on, one } from "./dom.js";

const key = (object) => `list:${object}`;

on("click", "table.k-grid a[data-open-record]", (_, link) => {
  const ids = all("[data-row]:not([hidden])", link.closest("table")).map((row) => row.dataset.row);
  const object = new URL(link.href).pathname.split("/")[2];
  sessionStorage.setItem(key(object), JSON.stringify({ address: location.pathname + location.search, ids }));
}, { capture: true });

const lead = (link, object, id) => {
  if (id) link.href = `/o/${object}/${id}`;
  else link.setAttribute("aria-disabled", "true");
};

const show = () => {
  const pager = one("[data-pager]");
  if (!pager || pager.dataset.shown) return;
  pager.dataset.shown = "yes";
  const object = pager.dataset.pager, { address, ids } = JSON.parse(sessionStorage.getItem(key(object)) ?? '{"ids": []}');
  const at = ids.indexOf(pager.dataset.id);
  if (at < 0) return;
  one("[data-list]").href = address;
  lead(one("[data-key=previous]", pager), object, ids[at - 1]);
  lead(one("[data-key=next]", pager), object, ids[at + 1]);
  one("[data-place]", pager).textContent = `${at + 1} / ${ids.length}`;
  pager.hidden = false;
};
document.addEventListener("htmx:after:swap", show);
show();

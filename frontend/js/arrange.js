// Lists whose order somebody chooses ([data-sort]): rows are dragged by their handle, or moved by the buttons [data-sort-by].
// The order of the rows is the order of the form, so nothing has to be sent but the form.
import Sortable from "sortablejs";
import { slide } from "./dom.js";

const wire = () => document.querySelectorAll("[data-sort]:not([data-ready])").forEach((list) => {
  list.dataset.ready = "";
  Sortable.create(list, { animation: slide(), handle: "[data-sort-handle]", draggable: "[data-sort-item]", ghostClass: "k-ghost", chosenClass: "k-chosen" });
});

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-sort-by]"), row = button?.closest("[data-sort-item]");
  if (!row) return;
  if (button.dataset.sortBy === "-1") row.previousElementSibling?.before(row);
  else row.nextElementSibling?.after(row);
  button.focus(); // moving takes the focus away
});

wire();
document.addEventListener("htmx:after:swap", wire);

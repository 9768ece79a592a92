// Lists and boards while others work in them: what is shown is brought up to date in place. What would move rows or cards (new ones,
// ones that went elsewhere) is told by a chip (#fresh), and only a click on it reads the page anew.
import { all, one } from "./dom.js";
import htmx from "./htmx.js";
import { isEdited, put, read } from "./patching.js";

const MANY = 50; // the server tells no more at once
let waiting = new Set(); // ids of what the chip counts

const announce = (chip) => {
  one("b", chip).textContent = chip.dataset.some.replace("{n}", String(waiting.size));
  chip.hidden = waiting.size === 0;
};
const announceUnknown = (chip) => { chip.hidden = false; }; // it says that something changed, until it counts

const putCells = (row, fresh) => {
  [...row.cells].forEach((cell, place) => {
    if (place > 0 && fresh.cells[place] && !isEdited(cell)) put(cell, fresh.cells[place]); // the first is the box
  });
  row.classList.remove("is-gone");
};

const followRows = async (chip, object, changed, created) => {
  const row = (id) => one(`#rows [data-row="${CSS.escape(id)}"]`);
  const whole = !one("#rows .k-more"); // then what is not shown is not in the list, or has just come
  const asked = [...new Set([...changed.filter((id) => whole || row(id)), ...created])];
  if (!asked.length) return;
  if (asked.length > MANY) return announceUnknown(chip);
  const fresh = await read(`/o/${object}/rows/now?${location.search.slice(1)}&ids=${asked.join()}`);
  const found = new Map(all("[data-row]", fresh).map((element) => [element.dataset.row, element]));
  for (const id of asked) {
    const shown = row(id), now = found.get(id);
    if (shown && now) putCells(shown, now);
    else if (shown) shown.classList.add("is-gone");
    else if (now) waiting.add(id);
    else waiting.delete(id);
  }
  announce(chip);
  const count = one("#count");
  if (count) htmx.ajax("GET", count.getAttribute("hx-get"), { source: count, target: count, swap: "innerHTML" });
};

const followCards = async (chip) => {
  const fresh = await read(location.pathname + location.search);
  if (!fresh) return;
  waiting = new Set();
  const list = (card) => card.closest("[data-stage-list]");
  const place = (card) => `${list(card).dataset.stageList} ${list(card).dataset.lane ?? ""}`;
  const isCut = (stage) => one(`[data-stage-list="${CSS.escape(stage)}"] .k-rest`, fresh); // its page holds the first cards only
  for (const card of all("[data-card]:not(.k-chosen)")) { // one in somebody's hand is left alone
    const now = one(`[data-card="${CSS.escape(card.dataset.card)}"]`, fresh), next = one(".k-light", card);
    if (now && next) one(".k-light", now)?.replaceWith(next.cloneNode(true)); // what is planned comes after the page
    if (now && place(now) === place(card)) put(card, now);
    else if (now || !isCut(list(card).dataset.stageList)) waiting.add(card.dataset.card);
  }
  for (const card of all("[data-card]", fresh)) {
    if (!one(`[data-card="${CSS.escape(card.dataset.card)}"]`)) waiting.add(card.dataset.card);
  }
  announce(chip);
  htmx.trigger(document.body, "kundig:moved"); // counts and sums
};

/** Bring the list or board of this page up to date. */
export const followList = async ({ everything, changed, created, many }) => {
  const chip = one("#fresh");
  if (!chip) return;
  if (chip.hidden) waiting = new Set(); // another page than before
  const object = location.pathname.split("/")[2], own = { changed: changed[object] ?? [], created: created[object] ?? [] };
  if (!everything && !many.includes(object) && !own.changed.length && !own.created.length) return;
  if (one("[data-board]")) return followCards(chip);
  if (everything || many.includes(object)) return announceUnknown(chip);
  return followRows(chip, object, own.changed, own.created);
};

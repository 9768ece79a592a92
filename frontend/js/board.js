// Cards (article[data-move="/address"]) move between lists ([data-stage-list="stage"]) by dragging, or by ← and → on a focused card.
// The card moves at once; a refusal or a lost connection puts it back. The server answers with the columns' heads.
import Sortable from "sortablejs";
import { slide } from "./dom.js";

const listAround = (card) => card.closest("[data-stage-list]");

// While the server is told of one place, a card may go on: the last place is told then.
const told = new Map(); // card → where the server has it
const move = (card, list, index) => {
  if (told.has(card)) return;
  told.set(card, { list, index });
  tell(card);
};
const tell = async (card) => {
  const { list: from, index } = told.get(card), list = listAround(card);
  let isRefused = false;
  const refuse = () => { isRefused = true; };
  for (const type of ["htmx:response:error", "htmx:error"]) card.addEventListener(type, refuse);
  const { field, laneField } = card.closest("[data-board]").dataset;
  const lane = list.dataset.lane === from.dataset.lane ? {} : { lane_field: laneField, lane: list.dataset.lane };
  await window.htmx.ajax("POST", card.dataset.move, { source: card, target: "#place", swap: "innerHTML",
    values: { stage: list.dataset.stageList, from: from.dataset.stageList, board: "1", field, ...lane } });
  for (const type of ["htmx:response:error", "htmx:error"]) card.removeEventListener(type, refuse);
  told.delete(card);
  // A stage that needs more asks for it in a dialog: until that is answered the card stays where it was.
  if (isRefused || document.querySelector("#place dialog")) back(card, from, index);
  else if (card.isConnected && listAround(card) !== list) move(card, list, 0);
};
const back = (card, list, index) => {
  const focused = card.contains(document.activeElement) || document.activeElement === document.body; // what is moved loses it
  list.insertBefore(card, list.children[index] ?? null);
  if (focused) card.focus();
};

// The lists that a card can go to by keys: those of its swimlane, if there are any.
const row = (card) => card.closest("[data-lane-row]") ?? document;
const takes = (list) => !("fixed" in list.dataset);
const listOf = (card, stage) => row(card).querySelector(`[data-stage-list="${CSS.escape(stage)}"]`);

const wire = () => document.querySelectorAll("[data-stage-list]:not([data-sortable])").forEach((list) => {
  list.dataset.sortable = "";
  Sortable.create(list, { group: { name: "cards", put: takes(list) }, animation: slide(), delay: 160, delayOnTouchOnly: true, draggable: "[data-move]", sort: false,
    ghostClass: "k-ghost", chosenClass: "k-chosen", dragClass: "k-drag", filter: "button", preventOnFilter: false,
    onStart: ({ item }) => drops(item, true),
    onEnd: ({ item, from, to, originalEvent, oldDraggableIndex }) => {
      drops(item, false);
      const end = letGo(originalEvent, from) ?? to, stage = end.dataset.drop;
      const list = stage ? listOf(from, stage) ?? from : end;
      if (item.parentElement !== list) list.prepend(item);
      if (list !== from) move(item, from, oldDraggableIndex);
    } });
});

// Where a card was let go. Sortable looks away for 30 ms after each place that it found on the way, and would take that one.
const letGo = ({ type, target }, from) => {
  const place = type === "drop" ? target.closest?.("[data-stage-list], [data-drop]") : null;
  return place && (place === from || takes(place)) ? place : null;
};

// What closes a card stands at the lower edge while it is dragged; on a long board its column is far away.
const drops = (card, shown) => {
  const bar = document.querySelector("[data-drops]");
  if (!bar || !bar.children.length) return;
  bar.hidden = !shown;
  if (shown) bar.querySelectorAll("[data-drop]:not([data-sortable])").forEach((zone) => {
    zone.dataset.sortable = "";
    Sortable.create(zone, { group: { name: "cards", pull: false, put: true }, draggable: "[data-move]", sort: false });
  });
};

document.addEventListener("keydown", (event) => {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key], card = event.target.closest?.("[data-move]");
  if (!step || !card || event.target !== card) return;
  const from = listAround(card);
  const lists = [...row(card).querySelectorAll("[data-stage-list]")].filter((list) => list === from || takes(list));
  const to = lists[lists.indexOf(from) + step];
  if (!to) return;
  event.preventDefault();
  const index = [...from.children].indexOf(card);
  to.prepend(card);
  card.focus();
  move(card, from, index);
});

// The menu of a card: without a mouse, or to a stage far away.
let chosen = null;
document.addEventListener("click", (event) => {
  const opener = event.target.closest?.("[data-card-menu]"), target = event.target.closest?.("[data-move-to]");
  if (opener) chosen = opener.closest("[data-move]");
  if (!target || !chosen) return;
  const from = listAround(chosen), index = [...from.children].indexOf(chosen);
  const to = listOf(chosen, target.dataset.moveTo);
  if (!to || to === from) return;
  to.prepend(chosen);
  chosen.focus();
  move(chosen, from, index);
});

// Columns are folded on this device: a cookie tells the server, so that the board comes as it was left and nothing moves.
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-fold]");
  if (!button) return;
  const folded = button.closest(".k-col").classList.toggle("is-folded");
  button.setAttribute("aria-expanded", String(!folded));
  const known = document.cookie.match(/(?:^|; )kundig_folded=([^;]*)/)?.[1].split("~") ?? [];
  const kept = [...known.filter((name) => name && name !== button.dataset.fold), ...(folded ? [button.dataset.fold] : [])];
  document.cookie = `kundig_folded=${kept.slice(-60).join("~")}; path=${location.pathname}; max-age=31536000; samesite=lax`;
});

// On a phone one stage fills the screen; the tabs follow the scrolling, and scroll to what is tapped.
const tabs = () => {
  const board = document.querySelector("[data-board]"), buttons = [...document.querySelectorAll(".k-mstages [data-stage]")];
  if (!board || !buttons.length || board.dataset.tabs) return;
  board.dataset.tabs = "";
  const columns = [...board.querySelectorAll(".k-col")];
  const mark = (index) => {
    buttons.forEach((button, place) => button.setAttribute("aria-pressed", String(place === index)));
    const bar = buttons[index].parentElement;
    bar.scrollLeft = buttons[index].offsetLeft - bar.clientWidth / 2 + buttons[index].clientWidth / 2;
  };
  buttons.forEach((button, index) => button.addEventListener("click", () => { board.scrollLeft = columns[index].offsetLeft - 14; mark(index); }));
  board.addEventListener("scrollend", () => {
    const distance = (column) => Math.abs(column.offsetLeft - 14 - board.scrollLeft);
    mark(columns.reduce((best, column, index) => (distance(column) < distance(columns[best]) ? index : best), 0));
  });
};

const start = () => { wire(); tabs(); };
start();
document.addEventListener("htmx:after:swap", start);

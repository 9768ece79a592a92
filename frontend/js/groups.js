// Groups of a list fold and unfold. A cookie tells the server for as long as the browser is open, so that the list comes as it was left.
// What has come of a group is only hidden. Of a group that had not come whole the rest is passed over while it is folded, and the group
// is fetched anew when it is unfolded.
import { all, on, one } from "./dom.js";
import htmx from "./htmx.js";

const FOLD = "[data-fold-group]", MOST = 60, LONGEST = 4000; // as much as a cookie, and an address, hold with room
const head = (button) => button.closest(".k-ghead");
const isOpen = (button) => button.getAttribute("aria-expanded") === "true";
const rest = (row) => row?.matches(".k-more:not([hx-get*='within='])") ?? false; // what asks for the next rows of the list
const members = (first) => {
  const found = [];
  for (let row = first.nextElementSibling; row && !row.matches(".k-ghead") && !rest(row); row = row.nextElementSibling) {
    if (row.matches("[data-row], .k-more")) found.push(row);
  }
  return found;
};

const remember = (name, folded) => {
  const known = document.cookie.match(/(?:^|; )kundig_groups=([^;]*)/)?.[1].split("~") ?? [];
  const kept = [...known.filter((other) => other && other !== name), ...(folded ? [name] : [])];
  document.cookie = `kundig_groups=${kept.slice(-MOST).join("~")}; path=${location.pathname}; samesite=lax`;
};

const set = (button, open) => {
  const group = head(button);
  button.setAttribute("aria-expanded", String(open));
  remember(button.dataset.foldGroup, !open);
  if (!open || !("partial" in group.dataset)) return members(group).forEach((row) => { row.hidden = !open; });
  delete group.dataset.partial;
  members(group).forEach((row) => row.remove());
  const key = encodeURIComponent(`=${group.dataset.group}`), { pathname, search } = location;
  return htmx.ajax("GET", `${pathname}/rows?${search.slice(1)}&within=${key}`, { source: group, target: group, swap: "afterend" })
    .then(() => { if (!isOpen(button)) members(group).forEach((row) => { row.hidden = true; }); }); // folded again before they came
};

on("click", FOLD, (_, button) => set(button, !isOpen(button)));
on("keydown", FOLD, (event, button) => { // as in a tree
  const open = { ArrowLeft: false, ArrowRight: true }[event.key];
  if (open === undefined || open === isOpen(button)) return;
  event.preventDefault();
  set(button, open);
});

// The next rows of a list whose last group is folded are those after that group.
document.addEventListener("htmx:config:request", (event) => {
  const { sourceElement: more, request } = event.detail.ctx;
  if (!rest(more)) return;
  const heads = all("#rows > .k-ghead"), last = heads.at(-1), button = last && one(FOLD, last);
  if (!button || isOpen(button)) return;
  const past = JSON.stringify(heads.map((other) => other.dataset.group));
  if (encodeURIComponent(past).length > LONGEST) return; // then its rows come, hidden
  last.dataset.partial = "";
  const address = new URL(request.action, location.href);
  address.searchParams.delete("cursor");
  address.searchParams.delete("last");
  address.searchParams.set("past", past);
  request.action = address.pathname + address.search;
});

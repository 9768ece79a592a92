// The page for when the network is away: the record that was asked for, if it was kept; else what was seen last, what waits, and forms.
import { all, on, one } from "../dom.js";
import { drop, enqueue, kit, queue, record, records } from "./store.js";
import { pairsOf, sync } from "./sync.js";

const words = one("[data-offline-page]").dataset;
const copy = (name) => one(`#offline-${name}`).content.firstElementChild.cloneNode(true);
const fill = (element, values) => {
  for (const [name, value] of Object.entries(values)) (element.matches(`[data-${name}]`) ? element : one(`[data-${name}]`, element)).textContent = value;
  return element;
};
const put = (...elements) => {
  one("#offline-work").replaceChildren(...elements);
  document.dispatchEvent(new CustomEvent("htmx:after:swap", { detail: {} })); // formatted texts get ready
};

/** A form of ours around the server's controls; `entry` is what will wait to be sent. */
const write = ({ title, html, entry, pairs }) => {
  const form = fill(copy("form"), { title });
  one("[data-controls]", form).innerHTML = html; // rendered by our own server for this person
  if (pairs) restore(form, pairs);
  const base = entry.id ? pairsOf(form) : [];
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const typed = pairsOf(form);
    await enqueue({ ...entry, label: title, base: entry.base ?? base, pairs: [...typed, ...(entry.about ?? [])] });
    await show();
    if (!navigator.onLine) return;
    await sync();
    await renew();
  });
  put(form);
  one("input:not([type=hidden]), textarea:not([hidden]), select, [contenteditable]", form)?.focus();
};
const restore = (form, pairs) => {
  const left = [...pairs];
  for (const field of [...form.elements].filter((element) => element.name)) {
    const at = left.findIndex(([name]) => name === field.name), held = at >= 0 ? left.splice(at, 1)[0][1] : null;
    if (field.type === "checkbox") field.checked = pairs.some(([name, value]) => name === field.name && value === field.value);
    else if (held !== null) field.value = held;
  }
};

const about = (form, found) => (form.about && found && found.object !== form.object
  ? [[form.about, found.id], [`${form.about}.object`, found.object], [`${form.about}.label`, found.label]] : []);

const forms = async (found) => {
  const bar = copy("forms");
  for (const form of (await kit())?.forms ?? []) {
    const button = fill(copy("form-button"), { label: form.title });
    button.addEventListener("click", () => write({ title: form.title, html: form.html, entry: { object: form.object, about: about(form, found) } }));
    bar.append(button);
  }
  return bar;
};

const shown = async (found) => {
  const article = fill(copy("record"), { label: found.label, kind: found.kind });
  one("[data-html]", article).innerHTML = found.html;
  one("[data-timeline]", article).innerHTML = found.timeline;
  const button = one("[data-edit]", article);
  button.hidden = !found.form;
  button.addEventListener("click", () => write({ title: found.label, html: found.form, entry: { object: found.object, id: found.id } }));
  one("[data-forms]", article).append(await forms(found));
  return article;
};

const line = (pairs) => pairs.map(([, value]) => value).filter(Boolean).join(" ") || "–";
const conflict = (entry, row) => {
  for (const [place, { field, mine, theirs }] of entry.conflicts.entries()) {
    const choice = fill(copy("conflict"), { field: entry.names?.[field] ?? field, mine: line(mine), theirs: line(theirs) });
    all("input", choice).forEach((input) => { input.name = `choice-${place}`; });
    row.append(choice);
  }
  const button = fill(copy("form-button"), { label: words.decide });
  button.addEventListener("click", async () => {
    const kept = entry.conflicts.filter((_, place) => one(`[name=choice-${place}]:checked`, row).value === "mine").map((one) => one.field);
    const group = (name) => name.replace(/!$/, "").split(".")[0];
    // What others wrote is the new base; where theirs is taken, it is mine too.
    const base = entry.base.filter(([name]) => !entry.conflicts.some((one) => one.field === group(name)));
    const pairs = entry.pairs.filter(([name]) => !entry.conflicts.some((one) => one.field === group(name)) || kept.includes(group(name)));
    await enqueue({ ...entry, state: "waiting", conflicts: undefined, pairs,
      base: [...base, ...entry.conflicts.flatMap((one) => one.theirs)] });
    await sync();
    await show();
  });
  row.append(button);
};

const waiting = async () => {
  const list = copy("list"), entries = await queue();
  for (const entry of entries) {
    const row = fill(copy("waiting"), { label: entry.label, state: words[entry.state] });
    if (entry.errors?.length) row.append(fill(copy("error"), { text: entry.errors.join(" ") }));
    if (entry.state === "conflict") conflict(entry, row);
    if (entry.state === "refused") {
      const again = fill(copy("form-button"), { label: words.again });
      const html = entry.id ? (await record(`${entry.object}/${entry.id}`))?.form : (await kit())?.forms.find((form) => form.object === entry.object)?.html;
      again.addEventListener("click", () => write({ title: entry.label, html, pairs: entry.pairs,
        entry: { object: entry.object, id: entry.id, base: entry.base, about: [], key: entry.key } }));
      if (html) row.append(again);
    }
    const away = fill(copy("form-button"), { label: words.discard });
    away.addEventListener("click", async () => { await drop(entry.key); await show(); });
    row.append(away);
    list.append(row);
  }
  return entries.length ? [fill(copy("heading"), { text: words.waits }), list] : [];
};

const recent = async () => {
  const list = copy("list");
  for (const found of await records()) {
    const row = fill(copy("recent"), { label: found.label, kind: found.kind });
    one("a", row).href = `/o/${found.path}`;
    list.append(row);
  }
  return list.children.length ? [fill(copy("heading"), { text: words.seen }), list] : [copy("nothing")];
};

const show = async () => {
  const [, path] = location.pathname.match(/^\/o\/(\w+\/[0-9a-f-]{36})/) ?? [], found = path && (await record(path));
  put(...(found ? [await shown(found)] : [await forms(null), ...(await waiting()), ...(await recent())]), ...(found ? await waiting() : []));
};

const writing = () => one("#offline-work form");
// What comes by itself leaves a form alone that was opened meanwhile.
const renew = () => (writing() ? undefined : show());

on("click", "a[href^='/']", (event, link) => { // between kept records without leaving the page
  if (navigator.onLine) return;
  event.preventDefault();
  history.pushState(null, "", link.href);
  show();
});
addEventListener("popstate", show);
on("click", "[data-offline-again]", () => location.reload());
const back = async () => {
  await sync();
  if ((await queue()).some((entry) => entry.state !== "waiting") || location.pathname === "/offline" || writing()) return renew();
  location.reload(); // nothing half-typed is here: on to the real page
};
addEventListener("online", back);
// The server may be away while the network is there.
const PROBE = 5000;
const probe = async () => {
  const answer = await fetch("/healthz", { cache: "no-store" }).catch(() => null);
  if (answer?.ok && location.pathname !== "/offline" && !writing()) return back();
  setTimeout(probe, PROBE);
};
setTimeout(probe, PROBE);
show().then(() => navigator.onLine && sync().then(renew));

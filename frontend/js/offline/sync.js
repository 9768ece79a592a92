// Sending what waits, oldest first, each under a key of its own: sent twice it is done once. What the server refuses, or what somebody else
// changed meanwhile, stays until its author has decided.
import { drop, enqueue, keepKit, queue } from "./store.js";

const ask = (address, options = {}) => fetch(address, { cache: "no-store", ...options, headers: { "HX-Request": "true", ...options.headers } });
const group = (name) => name.replace(/!$/, "").split(".")[0];
const grouped = (pairs) => {
  const found = new Map();
  for (const [name, value] of pairs) found.set(group(name), [...(found.get(group(name)) ?? []), [name, value]]);
  return found;
};
const same = (a, b) => JSON.stringify(a ?? []) === JSON.stringify(b ?? []);

/** Mine against what the record holds now, field by field: what I changed and nobody else goes on, the rest is a conflict. */
export const merge = (base, mine, theirs) => {
  const [was, wants, is] = [base, mine, theirs].map(grouped), send = [], conflicts = [];
  for (const [field, pairs] of wants) {
    if (same(pairs, was.get(field)) || same(pairs, is.get(field))) continue;
    if (same(is.get(field), was.get(field))) send.push(...pairs);
    else conflicts.push({ field, mine: pairs, theirs: is.get(field) ?? [] });
  }
  return { send, conflicts };
};

/** The values of a form as pairs, as they would be sent. */
export const pairsOf = (form) => [...new FormData(form)].filter(([, value]) => typeof value === "string");
const pairsIn = (html) => pairsOf(new DOMParser().parseFromString(`<form>${html}</form>`, "text/html").forms[0]);

const post = (entry, pairs, more, csrf) => {
  const own = [["_key", entry.key], ["_object", entry.object], ...Object.entries(more)];
  return ask("/offline/changes", { method: "POST", body: new URLSearchParams([...pairs, ...own]), headers: { "x-csrftoken": csrf } });
};

const edit = async (entry, csrf) => {
  const answer = await ask(`/offline/record/${entry.object}/${entry.id}`);
  if (!answer.ok || answer.headers.has("HX-Redirect")) return answer;
  const now = await answer.json();
  const { send, conflicts } = merge(entry.base, entry.pairs, pairsIn(now.form));
  if (conflicts.length) return { conflicts, now };
  return send.length ? post(entry, send, { _id: entry.id, _version: now.version }, csrf) : { ok: true };
};

/** Send one; true when the next may follow. */
const send = async (entry, csrf) => {
  const answer = await (entry.id ? edit(entry, csrf) : post(entry, entry.pairs, {}, csrf));
  if (answer.conflicts) {
    await enqueue({ ...entry, state: "conflict", conflicts: answer.conflicts, theirs: answer.now.label });
    return true;
  }
  if (answer.headers?.has("HX-Redirect")) return false; // signed out meanwhile: it waits
  if (answer.ok) { await drop(entry.key); return true; }
  if (answer.status === 409 || answer.status >= 500) return false; // changed in this very moment, or not able to: later again
  const said = answer.headers.get("X-Kundig-Message");
  const errors = answer.status === 422 ? (await answer.json()).errors : said ? [decodeURIComponent(said)] : [];
  await enqueue({ ...entry, state: "refused", errors }); // in its place, so that closing the page in between makes no second one
  return true;
};

let running = null;
/** Send all that waits; at most one does so in all open pages. */
export const sync = () => (running ??= navigator.locks.request("kundig-queue", async () => {
  const before = (await queue()).filter((entry) => entry.state === "waiting");
  if (!before.length || !navigator.onLine) return;
  try {
    const answer = await ask("/offline/kit");
    if (!answer.ok || answer.headers.has("HX-Redirect")) return;
    const fresh = await answer.json();
    await keepKit(fresh);
    for (const entry of (await queue()).filter((one) => one.state === "waiting")) if (!(await send(entry, fresh.csrf))) break;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // the network is away again
  }
}).finally(() => { running = null; }));

// On phones and in the installed app: keeps what is looked at, so that it can be read without a network, and the forms to write with.
import { one } from "../dom.js";
import { keepKit, keepRecord, kit, queue, wipe } from "./store.js";
import { sync } from "./sync.js";

const KIT_AGE = 12 * 3600e3, REST = 1200; // ms until a page has come to rest
const wanted = () => matchMedia("(display-mode: standalone), (max-width: 767px)").matches;
const get = async (address) => {
  const answer = await fetch(address, { headers: { "HX-Request": "true" } });
  return answer.ok && !answer.headers.has("HX-Redirect") ? answer.json() : null;
};

const keep = async () => {
  const [, object, id] = location.pathname.match(/^\/o\/(\w+)\/([0-9a-f-]{36})$/) ?? [];
  if (!wanted() || !navigator.onLine) return;
  const held = await kit();
  if (!held || held.user !== one("[data-user]")?.dataset.user || Date.now() - held.at > KIT_AGE) {
    const fresh = await get("/offline/kit");
    if (!fresh) return;
    await keepKit({ ...fresh, at: Date.now() });
  }
  if (!object) return;
  const found = await get(`/offline/record/${object}/${id}`);
  if (found) await keepRecord({ ...found, path: `${object}/${id}`, object, id, timeline: one("#timeline")?.innerHTML ?? "" });
};

let timer = 0;
const later = () => { clearTimeout(timer); timer = setTimeout(() => keep().catch(() => {}), REST); };
later();
document.addEventListener("htmx:after:history:push", later);

const show = async () => {
  const entries = await queue(), bar = one("#waiting");
  if (bar) {
    bar.hidden = !entries.length;
    one("[data-n]", bar).textContent = String(entries.length);
  }
  return entries;
};
addEventListener("kundig:queue", show);

/** Send what waits; what could not be sent, though we seemed to be online, is tried again after a pause that grows. */
const deliver = async () => {
  await sync();
  const waits = (await show()).some((entry) => entry.state === "waiting");
  clearTimeout(again);
  if (waits) again = setTimeout(deliver, pause);
  pause = waits ? Math.min(2 * pause, LONGEST_PAUSE) : PAUSE;
};
const PAUSE = 3000, LONGEST_PAUSE = 300_000;
let again = 0, pause = PAUSE;
addEventListener("online", () => { pause = PAUSE; deliver(); });
deliver();

// Signing out removes everything from the device; what has not been sent would be lost, so that is asked first.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches('form[action="/sign-out"]') || form.dataset.sure) return;
  event.preventDefault();
  await sync();
  const dialog = one("#confirm"), text = one("#waiting")?.dataset.lose;
  if ((await queue()).length && dialog && text) {
    one("[data-question]", dialog).textContent = text;
    dialog.returnValue = "";
    dialog.showModal();
    await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
    if (dialog.returnValue !== "yes") return;
  }
  await wipe();
  form.dataset.sure = "yes";
  form.requestSubmit();
}, { capture: true });

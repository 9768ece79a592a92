// What others do meanwhile. The page's stream (#live, by hx-sse) tells what happened to which record, never values: what the page
// shows of it is read anew. It begins when the page has come to rest, and misses nothing, since it says how old the page is.
import { all, one } from "./dom.js";
import htmx from "./htmx.js";
import { followCalendar } from "./live-calendars.js";
import { followList } from "./live-lists.js";
import { put, read, renew } from "./patching.js";
import { toast } from "./toasts.js";

const REST = 1500, SOON = 100, NEXT = 2000;
let running = 0, resting = 0;

const rest = () => {
  clearTimeout(resting);
  resting = setTimeout(() => {
    if (document.readyState === "complete" && running <= 0 && one("#live:not([data-on])")) htmx.trigger(one("#live"), "quiet");
  }, REST);
};
addEventListener("load", rest);
const ofOwn = (event) => event.target.id !== "live";
document.addEventListener("htmx:before:request", (event) => { if (ofOwn(event)) running += 1; });
document.addEventListener("htmx:finally:request", (event) => {
  if (!ofOwn(event)) return;
  running = Math.max(0, running - 1);
  rest();
});
document.addEventListener("htmx:sse:after:connection", (event) => { event.target.dataset.on = ""; });

// A record's page: values where they stand, related lists, timeline and comments as far as they have been fetched.
const isLoaded = (element) => element && !one(".k-skl", element) && element.textContent.trim() !== "…";

const followRecord = async ({ everything, here }) => {
  if (!one(".k-rec") || !(everything || here.length)) return;
  const fresh = await read(location.pathname);
  if (!fresh) return toast({ title: one("#here").dataset.gone, category: "error" });
  for (const element of all("[data-live]", one("#main"))) {
    const other = one(`[data-live="${CSS.escape(element.dataset.live)}"]`, fresh);
    if (other) put(element, other);
  }
  const parts = everything ? [...all(".k-rs > [id^=related-]")] : here.filter((part) => part.includes(".")).map((part) => one(`#related-${part.replace(".", "-")}`));
  parts.filter(isLoaded).forEach(renew);
  if (everything || here.includes("timeline")) followTimeline();
  if (everything || here.includes("comments")) await followComments();
  const journal = one("#journal");
  if (isLoaded(journal)) renew(journal);
};

const followTimeline = () => {
  const timeline = one("#timeline"), button = one("#fresh-timeline");
  if (!isLoaded(timeline)) return;
  if (timeline.closest(".k-body").scrollTop > timeline.offsetTop && button) button.hidden = false;
  else renew(timeline);
};
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("#fresh-timeline");
  if (!button) return;
  button.hidden = true;
  button.closest(".k-body").scrollTop = 0;
  htmx.trigger(document.body, "kundig:timeline");
});

const followComments = async () => {
  const comments = one("section#comments");
  const fresh = comments && (await read(comments.dataset.address));
  if (!fresh) return;
  for (const part of [".k-cmts", "header"]) put(one(part, comments), one(`section#comments ${part}`, fresh));
};

// Parts of any page that show records of an object: data-follows="object" beside hx-get.
const followParts = ({ everything, changed, created, many }) => {
  const touched = new Set([...Object.keys(changed), ...Object.keys(created), ...many]);
  all("[data-follows]").filter((part) => everything || touched.has(part.dataset.follows)).forEach(renew);
};

// What was pressed may be gone when its answer comes, since its part has been renewed: the parts that wait for such news listen at the body.
for (const type of ["kundig:moved", "kundig:related", "kundig:timeline"]) {
  document.addEventListener(type, ({ target }) => { if (target === document) htmx.trigger(document.body, type); });
}

// Keys that have led to a record in such a part are still at it when it has been renewed.
let held = null;
document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
  const focused = document.activeElement;
  held = ctx?.target?.matches?.("[data-follows]") && ctx.target.contains(focused) ? focused.getAttribute("href") : null;
});
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (held && document.activeElement === document.body) one(`a[href="${CSS.escape(held)}"]`, ctx.target)?.focus({ preventScroll: true });
  held = null;
});

// News are gathered for a moment, and then for longer, so that a busy company does not keep every page busy.
let news = null, timer = 0, told = 0;
const gather = (more) => {
  news ??= { everything: false, here: [], changed: Object.create(null), created: Object.create(null), many: [] };
  news.everything ||= more.everything;
  for (const name of ["here", "many"]) news[name] = [...new Set([...news[name], ...more[name]])];
  for (const name of ["changed", "created"]) {
    for (const [object, ids] of Object.entries(more[name])) news[name][object] = [...new Set([...(news[name][object] ?? []), ...ids])];
  }
  if (!timer) timer = setTimeout(tell, Math.max(SOON * (1 + Math.random()), told + NEXT - performance.now()));
};
const tell = async () => {
  if (running > 0) { // what one does oneself is answered first: it may delete what the page shows, or lead elsewhere
    timer = setTimeout(tell, SOON);
    return;
  }
  const now = news;
  news = null;
  timer = 0;
  told = performance.now();
  try {
    followParts(now);
    await Promise.all([followRecord(now), followList(now), followCalendar(now)]);
  } catch {
    // the connection is lost, or the server is busy: the next news bring it again
  }
};
document.addEventListener("kundig:news", (event) => gather(JSON.parse(event.detail.data)));
// An editor was left without saving, and others had changed the value meanwhile.
document.addEventListener("kundig:left", (event) => {
  if (event.target.closest?.("[data-stale]")) gather({ everything: false, here: ["record"], changed: {}, created: {}, many: [] });
});

document.addEventListener("kundig:over", () => one("#live")?.remove()); // the session has ended: nothing would come of coming back

document.addEventListener("kundig:unread", (event) => {
  const unread = Number(event.detail.data);
  for (const badge of all(".k-unread, [data-unread]")) {
    badge.hidden = unread === 0;
    (one("b", badge) ?? badge).textContent = unread < 100 ? String(unread) : "99+";
  }
});

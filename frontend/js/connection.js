// A lost connection: a bar says so, nothing typed is lost, and when the server answers again, what was being read is read again.
// Writes are not repeated by themselves: nobody knows whether the first one arrived. The form still holds its values.
import { on, one } from "./dom.js";
import htmx from "./htmx.js";
import { toast } from "./toasts.js";

const FIRST_WAIT = 1000, LONGEST_WAIT = 10000;
let lost = false, wait = FIRST_WAIT, timer = 0;
const unread = new Map(); // what was asked for when the connection broke: address → request
let unwritten = false;

const words = () => one("#connection")?.dataset ?? {};

const lose = () => {
  if (lost) return;
  lost = true;
  wait = FIRST_WAIT;
  const bar = one("#connection");
  if (bar) bar.hidden = false;
  timer = setTimeout(probe, wait);
};

const recover = () => {
  lost = false;
  const bar = one("#connection");
  if (bar) bar.hidden = true;
  toast(unwritten ? { title: words().back, text: words().again, category: "error" } : { title: words().back });
  for (const [address, { source, target, swap, select }] of unread) {
    if (!source.isConnected) continue;
    htmx.ajax("GET", address, { source, target: target?.isConnected ? target : undefined, swap, select });
  }
  unread.clear();
  unwritten = false;
};

const probe = async () => {
  clearTimeout(timer);
  try {
    const answer = await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(4000) });
    if (answer.ok) return recover();
  } catch {
    // still away
  }
  wait = Math.min(wait * 1.5, LONGEST_WAIT);
  timer = setTimeout(probe, wait);
};

document.addEventListener("htmx:error", (event) => {
  const ctx = event.detail.ctx;
  if (!ctx?.request || !(event.detail.error instanceof TypeError || ctx.request.signal?.reason === "timeout")) return;
  // The service worker has a page for this, with what was kept on the device.
  if (ctx.request.method === "GET" && ctx.request.headers["HX-Boosted"] && navigator.serviceWorker?.controller) return location.assign(ctx.request.action);
  if (ctx.request.method === "GET") {
    unread.set(ctx.request.action, { source: ctx.sourceElement, target: ctx.target, swap: ctx.swap, select: ctx.select });
  } else {
    unwritten = true;
  }
  lose();
});
addEventListener("offline", lose);
addEventListener("online", () => lost && probe());
on("click", "[data-probe]", probe);

// Answers that are refusals. A form that comes back (422 with its errors, 409 with both values) replaces the one that was sent, by hx-status.
// The rest is told here and changes nothing on the page: what says why in its header has nothing to show in place of a form.
const reason = ({ response }) => response.headers.get("X-Kundig-Message"); // percent-encoded: headers are ASCII
document.addEventListener("htmx:before:swap", (event) => {
  const { ctx } = event.detail;
  if (ctx?.response?.status >= 400 && reason(ctx)) event.preventDefault();
});
document.addEventListener("htmx:response:error", (event) => {
  const ctx = event.detail.ctx, status = ctx.response.status, said = reason(ctx);
  if (ctx.sourceElement.id === "live" && status < 500) return; // signed out: the next click says so
  if (ctx.response.headers.get("X-Kundig-Prove")) return; // asked for in a dialog (proving.js)
  if (!said && (status === 422 || (status === 409 && ctx.sourceElement.hasAttribute?.("hx-status:409")))) return;
  if (status === 502 || status === 503 || status === 504) return lose();
  const { "HX-Boosted": isLink, "HX-History-Restore-Request": isBack } = ctx.request.headers;
  if (ctx.request.method === "GET" && (isLink || isBack)) return location.assign(ctx.request.action);
  const id = ctx.response.headers.get("X-Request-Id");
  const title = said ? decodeURIComponent(said) : status === 403 ? words().denied : status === 404 ? words().missing : words().failed;
  toast({ title, text: status >= 500 && id ? id : "", category: "error" });
});

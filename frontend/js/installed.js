// The service worker, what keeps records for when the network is away, and what is told on this device; only where they are possible.
import { one } from "./dom.js";
import htmx from "./htmx.js";

const place = one("[data-worker]");
const post = (address, values = {}) => htmx.ajax("POST", address, { source: place, target: "#main", swap: "none", values });

// Once a sign-in: whoever is signed in here is who is told on this device, or nobody is.
const noteDevice = async () => {
  if (!("PushManager" in window) || sessionStorage.device === place.dataset.user) return;
  const subscription = await (await navigator.serviceWorker.ready).pushManager.getSubscription();
  sessionStorage.device = place.dataset.user;
  if (!subscription) return;
  document.addEventListener("kundig:unsubscribe", () => subscription.unsubscribe(), { once: true });
  const { endpoint, keys } = subscription.toJSON();
  await post("/settings/devices/seen", { endpoint, ...keys });
};

if (place && "serviceWorker" in navigator) {
  // A notification was clicked: go to what it is about, or, where this page was opened for it, note that it was read.
  navigator.serviceWorker.addEventListener("message", ({ data }) => {
    if (data.news) post(`/notifications/${data.news}${data.stay ? "?stay=1" : ""}`);
  });
  addEventListener("load", () => {
    navigator.serviceWorker.register(place.dataset.worker, { scope: "/" }).then(() => "here", () => "refused").then((state) => {
      place.dataset.workerState = state; // refused in private windows: all else works
      place.dispatchEvent(new CustomEvent("kundig:worker"));
    });
    import(place.dataset.offline);
    noteDevice();
  }, { once: true });
}

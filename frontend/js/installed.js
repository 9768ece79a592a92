// The service worker, and what keeps records for when the network is away; only where both are possible, after the page is there.
import { one } from "./dom.js";

const place = one("[data-worker]");
if (place && "serviceWorker" in navigator) {
  addEventListener("load", () => {
    navigator.serviceWorker.register(place.dataset.worker, { scope: "/" }).catch(() => {}); // refused in private windows: all else works
    import(place.dataset.offline);
  }, { once: true });
}

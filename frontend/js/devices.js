// Being told of news on this device: the browser is asked, subscribes with its push service, and the server learns the address.
import { all, on, one } from "./dom.js";

const { htmx } = window;
const place = () => one("#devices");
const show = (state) => all("[data-state]", place()).forEach((element) => { element.hidden = element.dataset.state !== state; });
const registration = () => navigator.serviceWorker.ready;
const worker = async () => {
  const element = one("[data-worker]");
  if (!element.dataset.workerState) await new Promise((told) => element.addEventListener("kundig:worker", told, { once: true }));
  return element.dataset.workerState;
};
const isApple = () => /iPhone|iPad/.test(navigator.userAgent) || (navigator.platform === "MacIntel" && navigator.maxTouchPoints > 1);
const send = (address, values = {}) => htmx.ajax("POST", address, { source: place(), target: "#devices", swap: "outerHTML", values });

const state = async () => {
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) {
    return isApple() && !navigator.standalone ? "install" : "unsupported";
  }
  if (Notification.permission === "denied") return "denied";
  if (await worker() === "refused") return "unsupported"; // as in private windows
  const subscription = await (await registration()).pushManager.getSubscription();
  return subscription && place().dataset.here ? "on" : "off";
};

const begin = async () => {
  if (place() && !place().dataset.shown) {
    place().dataset.shown = "";
    show(await state());
  }
};

const hasKey = (subscription, key) => {
  const own = btoa(String.fromCharCode(...new Uint8Array(subscription.options.applicationServerKey ?? [])));
  return own.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "") === key;
};

const subscribe = async (key) => {
  const { pushManager } = await registration(), earlier = await pushManager.getSubscription();
  if (earlier && hasKey(earlier, key)) return earlier;
  await earlier?.unsubscribe(); // made for another key: the server's was changed
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
};

on("click", "[data-push-on]", async (_, button) => {
  button.disabled = true;
  try {
    if (await Notification.requestPermission() !== "granted") return show(await state());
    const { endpoint, keys } = (await subscribe(place().dataset.key)).toJSON();
    await send("/settings/devices", { endpoint, ...keys });
  } catch {
    show("failed");
    one("[data-state=off]", place()).hidden = false;
  } finally {
    button.disabled = false;
  }
});

on("click", "[data-push-off]", async () => {
  const id = place().dataset.here;
  await (await (await registration()).pushManager.getSubscription())?.unsubscribe();
  await send(`/settings/devices/${id}/forget`);
});

document.addEventListener("htmx:after:swap", begin);
begin();

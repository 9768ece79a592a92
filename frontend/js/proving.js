// Something that matters was asked for long after signing in: a dialog asks who sits there, then the same is asked for once more.
// The server says so by a header and has changed nothing; whatever was typed still stands in its form.
import { one } from "./dom.js";
import htmx from "./htmx.js";

let again = () => {};

const ask = (address, repeat) => {
  again = repeat;
  htmx.ajax("GET", address, { source: one("#proof"), target: "#proof", swap: "innerHTML" });
};

const repeated = ({ sourceElement: source, sourceEvent, request, target, swap, select }) => () => {
  if (!source.isConnected) return;
  source.dataset.sure = ""; // what was confirmed is not asked again
  if (source.matches("form")) return source.requestSubmit(sourceEvent?.submitter);
  if (source.matches("button, a")) return source.click();
  htmx.ajax(request.method, request.action, { source, target, swap, select });
};

document.addEventListener("htmx:response:error", (event) => {
  const { ctx } = event.detail, address = ctx.response.headers.get("X-Kundig-Prove");
  if (address) ask(address, repeated(ctx));
});
document.addEventListener("kundig:prove", (event) => ask(event.detail.address, () => event.target.requestSubmit()));

document.addEventListener("kundig:proven", () => {
  one("#proof dialog")?.close();
  again();
});
document.addEventListener("close", (event) => { if (event.target.matches?.("#proof dialog")) event.target.remove(); }, true);

// Passkeys: <form data-passkey="get|create" data-options="/address"> asks the browser for one before it is sent, and carries its
// answer in the field `credential`. Such forms are hidden until it is known that the browser can do it; [data-no-passkeys] is shown
// else. Recovery codes that have come in are brought into sight.
import { all, on, one } from "./dom.js";

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const known = (credential) => ({ ...credential, id: bytes(credential.id) });
const PARTS = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];

const read = ({ user, excludeCredentials, allowCredentials, ...options }) => ({
  ...options,
  challenge: bytes(options.challenge),
  ...(user && { user: { ...user, id: bytes(user.id) } }),
  ...(excludeCredentials && { excludeCredentials: excludeCredentials.map(known) }),
  ...(allowCredentials && { allowCredentials: allowCredentials.map(known) }),
});

const written = ({ id, rawId, type, response }) => JSON.stringify({
  id, type, rawId: text(rawId), clientExtensionResults: {},
  response: Object.fromEntries(PARTS.filter((part) => response[part]).map((part) => [part, text(response[part])])),
});

const token = () => JSON.parse(document.body.getAttribute("hx-headers:inherited"));

const ask = async (form) => {
  const answer = await fetch(form.dataset.options, { method: "POST", headers: { ...token(), "hx-request": "true" } });
  if (answer.headers.get("X-Kundig-Prove")) {
    form.dispatchEvent(new CustomEvent("kundig:prove", { bubbles: true, detail: { address: answer.headers.get("X-Kundig-Prove") } }));
    return "";
  }
  if (!answer.ok) throw new Error(answer.status);
  return written(await navigator.credentials[form.dataset.passkey]({ publicKey: read(await answer.json()) }));
};

const fail = (form, failed) => { const place = one("[data-passkey-failed]", form); if (place) place.hidden = !failed; };

// Before htmx hears of it: the form is sent again once there is an answer to send.
document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-passkey]");
  if (!form || form.elements.credential.value) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const button = one("[type=submit]", form);
  button.disabled = true;
  fail(form, false);
  try {
    form.elements.credential.value = await ask(form);
  } catch {
    fail(form, true); // given up, or none that fits: the browser does not tell which
  }
  button.disabled = false;
  if (form.elements.credential.value) form.requestSubmit();
}, true);

// What was signed is good once.
document.addEventListener("htmx:after:request", (event) => {
  const form = event.detail.ctx.sourceElement;
  if (form?.matches?.("form[data-passkey]")) form.elements.credential.value = "";
});

const show = () => {
  const codes = one("#recovery-codes:not([data-seen])");
  if (codes) {
    codes.dataset.seen = "";
    codes.focus(); // they may stand below what is in sight
  }
  const possible = Boolean(window.PublicKeyCredential);
  all("form[data-passkey]").forEach((form) => { form.hidden = !possible; });
  all("[data-no-passkeys]").forEach((element) => { element.hidden = possible; });
};
on("click", "[data-print]", () => print());
document.addEventListener("htmx:after:swap", show);
show();

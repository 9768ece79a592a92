// What every page needs. Each part listens on the document, so it works for whatever htmx brings in later.
import htmx from "./htmx.js";
import "htmx.org/dist/ext/hx-preload.js";
import "htmx.org/dist/ext/hx-sse.js";
import "basecoat-css/basecoat";
import "basecoat-css/command";
import "basecoat-css/tabs";
import "basecoat-css/toast";
import "./beside.js";
import "./cells.js";
import "./connection.js";
import "./copying.js";
import "./dialogs.js";
import "./drafts.js";
import "./editing.js";
import "./groups.js";
import "./installed.js";
import "./keyboard.js";
import "./lazy.js";
import "./live.js";
import "./lookup.js";
import "./mentions.js";
import "./navigation.js";
import "./once.js";
import "./pager.js";
import "./palette.js";
import "./panels.js";
import "./popovers.js";
import "./proving.js";
import "./rich.js";
import "./selection.js";
import "./toasts.js";
import "./turns.js";

// By itself htmx begins a moment after the page is there: a key that is pressed in between would do nothing. Beginning a second time
// would open the stream of news twice.
htmx.initialize();
htmx.initialize = () => {};

// What every page needs. Each part listens on the document, so it works for whatever htmx brings in later.
import "./htmx.js";
import "htmx.org/dist/ext/hx-preload.js";
import "basecoat-css/basecoat";
import "basecoat-css/command";
import "basecoat-css/tabs";
import "basecoat-css/toast";
import "./connection.js";
import "./dialogs.js";
import "./drafts.js";
import "./editing.js";
import "./keyboard.js";
import "./lazy.js";
import "./navigation.js";
import "./popovers.js";
import "./selection.js";
import "./toasts.js";

// Without a network: kept records, what waits to be sent, and the page that shows both.
import { one } from "./dom.js";

if (one("[data-offline-page]")) import("./offline/page.js");
else import("./offline/keep.js");

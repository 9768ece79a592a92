// The one htmx of the page. Bundles that come later (board.js) find it on the window instead of carrying a second one.
import htmx from "htmx.org/dist/htmx.esm.js";

window.htmx = htmx;
export default htmx;

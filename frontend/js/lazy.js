// Code that only some pages need comes when they do: <div data-needs="/static/board-….js">.
import { all } from "./dom.js";

const load = () => all("[data-needs]").forEach((element) => import(element.dataset.needs));

document.addEventListener("DOMContentLoaded", load);
document.addEventListener("htmx:after:swap", load);

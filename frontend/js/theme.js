// Loaded before the first paint, and only where the theme follows the system (html[data-theme=auto]).
const dark = matchMedia("(prefers-color-scheme: dark)");
const apply = () => document.documentElement.classList.toggle("dark", dark.matches);
apply();
dark.addEventListener("change", apply);

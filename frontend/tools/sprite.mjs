// One SVG with the icons that are used: named in templates and scripts, given as `icon` in Python and YAML, or offered to people in icons.txt.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const NAME = "([a-z][a-z0-9]*(?:-[a-z0-9]+)*)";
const PATTERNS = {
  html: [new RegExp(`["']${NAME}["']`, "g")], // macros take icons in many places; what is no icon is not found below
  py: [new RegExp(`\\bicon\\w*\\s*[=:(]\\s*["']${NAME}["']`, "gi"), new RegExp(`["']icon["']\\s*:\\s*["']${NAME}["']`, "g")],
  yaml: [new RegExp(`\\bicon:\\s*["']?${NAME}`, "g")],
};

const walk = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.startsWith(".") || entry.name === "__pycache__" || entry.name === "static") return [];
    return entry.isDirectory() ? walk(join(folder, entry.name)) : [join(folder, entry.name)];
  });

const used = (source, frontend) => {
  const names = new Set(readFileSync(join(frontend, "icons.txt"), "utf8").split(/\s+/).filter((word) => word && !word.startsWith("#")));
  for (const path of walk(source)) {
    const text = readFileSync(path, "utf8");
    const table = /\bICONS\b[^{]*\{([^}]*)\}/g; // a table of icons in Python: all its strings
    const kind = path.includes("/interfaces/web/") ? "html" : path.split(".").pop(); // pages name icons in many ways
    for (const pattern of PATTERNS[kind] ?? []) for (const hit of text.matchAll(pattern)) names.add(hit[1]);
    if (path.endsWith(".py")) for (const hit of text.matchAll(table)) for (const word of hit[1].matchAll(PATTERNS.html[0])) names.add(word[1]);
  }
  return [...names].sort();
};

export const sprite = (source, frontend) => {
  const folder = join(dirname(createRequire(import.meta.url).resolve("lucide-static/package.json")), "icons");
  const names = used(source, frontend).filter((name) => existsSync(join(folder, `${name}.svg`)));
  const symbols = names.map((name) => {
    const svg = readFileSync(join(folder, `${name}.svg`), "utf8").replace(/<!--.*?-->/gs, "");
    const inner = svg.match(/<svg[^>]*>(.*)<\/svg>/s)[1].replace(/\s+/g, " ").replaceAll(" />", "/>").trim();
    return `<symbol id="${name}" viewBox="0 0 24 24">${inner}</symbol>`;
  });
  return { names, svg: `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>` };
};

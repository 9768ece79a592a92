// The icons of the installed app, drawn from our own mark: on its rounded square, and filling the whole square for masks.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Resvg, initWasm } from "@resvg/resvg-wasm";

const SIZES = [192, 512];
const PAINT = "#005d66"; // the square of favicon.svg

export const appIcons = async (frontend) => {
  await initWasm(readFileSync(createRequire(import.meta.url).resolve("@resvg/resvg-wasm/index_bg.wasm")));
  const mark = readFileSync(join(frontend, "favicon.svg"), "utf8");
  const inner = mark.replace(/<svg[^>]*>|<\/svg>/g, "").replace(/<rect[^>]*\/>/, "");
  const filled = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 28 28"><rect width="28" height="28" fill="${PAINT}"/><g transform="translate(4.2 4.2) scale(.7)">${inner}</g></svg>`;
  const png = (svg, width) => new Resvg(svg, { fitTo: { mode: "width", value: width } }).render().asPng();
  return Object.fromEntries(SIZES.flatMap((size) => [[`icon-${size}.png`, png(mark, size)], [`icon-mask-${size}.png`, png(filled, size)]]));
};

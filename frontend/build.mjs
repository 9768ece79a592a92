// Builds what the pages need: node build.mjs OUT SOURCE. Called by hatch_build.py; runs without a network.
// OUT gets app-<hash>.css, app-<hash>.js, …, each also as .br and .gz, and manifest.json: {"files": {name: hashed}, "icons": [names]}.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import { appIcons } from "./tools/icons.mjs";
import { sprite } from "./tools/sprite.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const [out, source] = process.argv.slice(2).map((path) => resolve(path));
const work = mkdtempSync(join(here, "node_modules", ".build-"));
const require = createRequire(import.meta.url);

const css = () => {
  const cli = join(dirname(require.resolve("@tailwindcss/cli/package.json")), "dist", "index.mjs");
  const run = spawnSync(process.execPath, [cli, "-i", "css/app.css", "-o", join(work, "app.css"), "--minify"], { cwd: here, encoding: "utf8" });
  if (run.status !== 0) throw new Error(`Tailwind failed:\n${run.stderr}`);
};

const js = () =>
  esbuild.build({ entryPoints: ["app", "theme", "arrange", "arranging", "board", "calendar", "devices", "layout", "offline", "passkeys", "planning", "shapes", "worker"].map((name) => join(here, "js", `${name}.js`)), outdir: work, bundle: true, minify: true,
    format: "esm", target: "es2022", legalComments: "none", logLevel: "warning" });

const fonts = () => {
  const folder = join(dirname(require.resolve("@fontsource-variable/inter/package.json")), "files");
  for (const part of ["latin", "latin-ext"]) cpSync(join(folder, `inter-${part}-opsz-normal.woff2`), join(work, `inter-${part}.woff2`));
};

const hashed = (name, content) => name.replace(/(\.\w+)$/, `-${createHash("sha256").update(content).digest("hex").slice(0, 10)}$1`);

const place = (name, content, files) => {
  const target = join(out, (files[name] = hashed(name, content)));
  writeFileSync(target, content);
  if (/\.(css|js|svg)$/.test(name)) {
    writeFileSync(`${target}.br`, brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
    writeFileSync(`${target}.gz`, gzipSync(content, { level: 9 }));
  }
};

try {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const icons = sprite(source, here);
  writeFileSync(join(work, "icons.svg"), icons.svg);
  cpSync(join(here, "favicon.svg"), join(work, "favicon.svg"));
  for (const [name, png] of Object.entries(await appIcons(here))) writeFileSync(join(work, name), png);
  fonts();
  css();
  await js();
  const files = {};
  const names = readdirSync(work).sort((a, b) => a.endsWith(".css") - b.endsWith(".css")); // styles last: they name the fonts
  for (const name of names) {
    let content = readFileSync(join(work, name));
    if (name.endsWith(".css")) content = Buffer.from(content.toString().replace(/\.\/fonts\/([\w-]+\.woff2)/g, (_, font) => files[font]));
    place(name, content, files);
  }
  writeFileSync(join(out, "manifest.json"), JSON.stringify({ files, icons: icons.names }));
} finally {
  rmSync(work, { recursive: true, force: true });
}

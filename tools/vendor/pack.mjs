// Gathers the vendored files of the studio: style sheet, charts, font, icons, licences and vendor.json.
import { buildSync } from "esbuild";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

const out = "mailflow/studio/static/vendor";
const from = (name, path) => `node_modules/${name}/${path}`;
const about = (name) => JSON.parse(readFileSync(from(name, "package.json"), "utf8"));

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

// The style sheet, without the address of its source map.
const sheet = readFileSync(from("@tabler/core", "dist/css/tabler.min.css"), "utf8").replace(/\/\*# sourceMappingURL=.*?\*\//, "");
writeFileSync(`${out}/tabler.min.css`, sheet);

// Charts: one module with only what is drawn. echarts keeps licence comments in every file; one notice is enough.
buildSync({
  entryPoints: ["tools/vendor/charts.js"], outfile: `${out}/charts.js`, bundle: true, minify: true, format: "esm",
  target: "es2021", legalComments: "none", define: { "process.env.NODE_ENV": '"production"' },
  banner: { js: "/*! Apache ECharts, Apache License 2.0; zrender, BSD-3-Clause; tslib, 0BSD: see LICENCES.txt */" },
});

copyFileSync(from("@fontsource-variable/figtree", "files/figtree-latin-wght-normal.woff2"), `${out}/figtree.woff2`);
copyFileSync(from("@fontsource-variable/figtree", "files/figtree-latin-ext-wght-normal.woff2"), `${out}/figtree-ext.woff2`);

// Icons: one sprite; <use href="icons.svg#home">.
const names = readFileSync("tools/vendor/icons.txt", "utf8").split("\n").filter(Boolean);
const symbol = (name) => {
  const drawing = readFileSync(from("@tabler/icons", `icons/outline/${name}.svg`), "utf8");
  const inside = drawing.slice(drawing.indexOf(">", drawing.indexOf("<svg")) + 1, drawing.lastIndexOf("</svg>"));
  return `<symbol id="${name}" viewBox="0 0 24 24">${inside.replace(/\s*\n\s*/g, "")}</symbol>`;
};
writeFileSync(`${out}/icons.svg`, `<svg xmlns="http://www.w3.org/2000/svg">\n${names.map(symbol).join("\n")}\n</svg>\n`);

// Tabler's package carries no licence file, only a notice in its style sheet; the text is that of its icons, by the same authors.
const tabler = () => `Copyright 2018-2026 The Tabler Authors, Copyright 2018-2026 codecalm.net Paweł Kuna\n\n${readFileSync(from("@tabler/icons", "LICENSE"), "utf8").replace(/^.*Copyright.*$/m, "").trim()}`;
const licence = (name, file) => `${name} ${about(name).version} (${about(name).license})\n\n${(file ? readFileSync(from(name, file), "utf8") : tabler()).trim()}\n`;
writeFileSync(`${out}/LICENCES.txt`, [
  licence("@tabler/core"), licence("@tabler/icons", "LICENSE"), licence("@fontsource-variable/figtree", "LICENSE"),
  licence("echarts", "LICENSE"), readFileSync(from("echarts", "NOTICE"), "utf8"), licence("zrender", "LICENSE"), licence("tslib", "LICENSE.txt"),
].join(`\n${"-".repeat(80)}\n\n`));

const parts = [
  ["tabler.min.css", "@tabler/core"], ["charts.js", "echarts"], ["figtree.woff2", "@fontsource-variable/figtree"],
  ["figtree-ext.woff2", "@fontsource-variable/figtree"], ["icons.svg", "@tabler/icons"],
];
const sha256 = (file) => createHash("sha256").update(readFileSync(`${out}/${file}`)).digest("hex");
const rows = parts.map(([file, name]) => ({ file, name, version: about(name).version, licence: about(name).license, sha256: sha256(file) }));
writeFileSync(`${out}/vendor.json`, JSON.stringify({ made_by: "make vendor", files: rows }, null, 2) + "\n");

// Bundles the front end: each static/js/<room>/index.js becomes static/dist/<room>.js, static/css/app.css becomes
// static/dist/app.css. `--watch` rebuilds on change.
import { build, context } from "esbuild";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const rooms = readdirSync(join(here, "js")).filter((room) => existsSync(join(here, "js", room, "index.js")));
const entryPoints = Object.fromEntries(rooms.map((room) => [room, join(here, "js", room, "index.js")]));
// Beside the player's bundle, which starts it by its address.
entryPoints["tiles-worker"] = join(here, "js", "player", "tiled", "worker.js");
if (existsSync(join(here, "css", "app.css"))) entryPoints.app = join(here, "css", "app.css");

const options = {
  entryPoints,
  outdir: join(here, "dist"),
  bundle: true,
  format: "esm",
  target: ["es2022", "safari16"],
  minify: true,
  sourcemap: true,
  legalComments: "linked",
  logLevel: "warning",
  loader: { ".svg": "text", ".bin": "file" },
  assetNames: "[name]-[hash]",
};

if (process.argv.includes("--watch")) await (await context(options)).watch();
else await build(options);

// Merges tiles of a title on disk with the browser's own modules: node tiled_merge.mjs TITLE OUT.hevc PICKS [PICKS…]
// One list of picks for each segment, the last one serves the rest: qualities in raster order with commas between them, with a
// c behind (2c) for a tile that goes on from the segment before, where the segment is there as one that does.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { GridLayout } from "../../static/js/player/tiled/grid-layout.js";
import { TiledIndex } from "../../static/js/player/tiled/index.js";
import { annexB } from "../../static/js/player/tiled/merge.js";

const [title, out, ...lists] = process.argv.slice(2);
const index = new TiledIndex(JSON.parse(readFileSync(join(title, "index.json"), "utf8")));
const layout = new GridLayout(index);
const segments = index.segments.map((_, s) => {
  const picks = lists[Math.min(s, lists.length - 1)].split(",");
  const qualities = picks.map((pick) => parseInt(pick, 10));
  const continued = picks.map((pick) => pick.endsWith("c") && index.continues(s));
  for (const [tile, quality] of qualities.entries()) {
    const { file, from, to, total } = layout.tilesRange(s, quality, tile, tile, continued[tile]);
    const bytes = new Uint8Array(readFileSync(join(title, file)));
    if (bytes.length !== total) throw new Error(`${file} has another size than the index says`);
    layout.takeTiles(s, quality, tile, tile, bytes.subarray(from, to + 1), continued[tile]);
  }
  return layout.build(s, Int8Array.from(qualities), Uint8Array.from(continued, Number));
});
writeFileSync(out, annexB(segments, index.configuration));

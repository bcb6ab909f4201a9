// Merges tiles of a title on disk with the browser's own modules: node tiled_merge.mjs TITLE OUT.hevc PICKS [PICKS…]
// One list of picks (comma-separated qualities in raster order) for each segment; the last one serves the rest.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TiledIndex } from "../../static/js/player/tiled/index.js";
import { annexB, mergeTiles, readTile, tileAddresses } from "../../static/js/player/tiled/merge.js";

const [title, out, ...lists] = process.argv.slice(2);
const index = new TiledIndex(JSON.parse(readFileSync(join(title, "index.json"), "utf8")));
const addresses = tileAddresses(index.grid, index.configuration.sps);
const segments = index.segments.map((segment, s) => {
  const picks = lists[Math.min(s, lists.length - 1)].split(",").map(Number);
  const tracks = picks.map((quality, tile) => {
    const file = readFileSync(join(title, index.file(quality, s)));
    const bytes = new Uint8Array(file).subarray(index.offset(quality, s, tile), index.offset(quality, s, tile + 1));
    return readTile(bytes, { tile, frames: segment.frames, address: addresses[tile] }, index.configuration);
  });
  return mergeTiles(tracks);
});
writeFileSync(out, annexB(segments, index.configuration));

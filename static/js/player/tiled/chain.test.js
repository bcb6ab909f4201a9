import assert from "node:assert/strict";
import { test } from "node:test";
import { addTile, bestTiles, copyOf, noTiles } from "./chain.js";

/** Tiles of one segment: for each tile its entry qualities and its continued ones. */
function tilesOf(...given) {
  const tiles = noTiles(given.length, 4);
  given.forEach(([entry, continued], tile) => {
    for (const quality of entry) addTile(tiles, tile, quality, false);
    for (const quality of continued) addTile(tiles, tile, quality, true);
  });
  return tiles;
}

test("a tile goes on in the best quality that is no better than what is on screen", () => {
  const tiles = tilesOf([[], [0, 1, 3]], [[], [0, 1, 3]], [[], [0, 1, 3]], [[], [0]]);
  const { picks, continued } = bestTiles(tiles, Int8Array.of(0, 1, 2, 1), 4);
  assert.deepEqual([...picks], [0, 1, 3, 4]);
  assert.deepEqual([...continued], [1, 1, 1, 0]);
});

test("an entry tile is taken where it is better than what can go on", () => {
  const { picks, continued } = bestTiles(tilesOf([[0], [3]], [[2], [2]], [[3], [1]]), Int8Array.of(3, 2, 0), 4);
  assert.deepEqual([...picks], [0, 2, 1]);
  assert.deepEqual([...continued], [0, 1, 1]);
});

test("without a segment before it only entry tiles count", () => {
  const { picks, continued } = bestTiles(tilesOf([[2], [0]], [[], [0]]), null, 4);
  assert.deepEqual([...picks], [2, 4]);
  assert.deepEqual([...continued], [0, 0]);
});

test("a copy does not change with what it was made of", () => {
  const tiles = tilesOf([[2], [3]]);
  const copy = copyOf(tiles);
  addTile(tiles, 0, 0, false);
  addTile(tiles, 0, 0, true);
  assert.deepEqual([copy.entry[0], copy.continued[0]], [2, 8]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { addTile, bestTiles, copyOf, errorOnward, noTiles } from "./chain.js";

/** Tiles of one segment: for each tile its entry qualities and its continued ones. */
function tilesOf(...given) {
  const tiles = noTiles(given.length, 4);
  given.forEach(([entry, continued], tile) => {
    for (const quality of entry) addTile(tiles, tile, quality, false);
    for (const quality of continued) addTile(tiles, tile, quality, true);
  });
  return tiles;
}

const losses = [4, 8, 16, 64];
const pictures = 30;
/** A chain whose continued tiles have this share of the entry tile's bytes, boxes and headers left out. */
const chainOf = (before, share) => ({ before, begins: false, pictures, seconds: 1, losses, size: (quality, tile, continued) => (continued ? 330 + 10_000 * share : 720 + 10_000) });
const shown = (picks, errors = picks.map((quality) => losses[quality]), exact = picks.map((quality) => Number(quality === 0))) => ({
  picks: Int8Array.from(picks), continued: new Uint8Array(picks.length), errors: Float64Array.from(errors), exact: Uint8Array.from(exact),
});

test("a tile goes on in the best quality as the encoder meant it", () => {
  for (const share of [0.1, 0.6]) assert.equal(errorOnward(chainOf(shown([0]), share), 0, 0), losses[0]);
});

test("where little is new, the lowest quality goes on looking like what was there", () => {
  const error = errorOnward(chainOf(shown([0]), 0.05), 0, 3);
  assert.ok(error > losses[0] && error < losses[0] * 1.12, String(error));
  assert.ok(errorOnward(chainOf(shown([3]), 0.05), 0, 0) > losses[3] * 0.9, "and the best one like the lowest");
});

test("where all is new, another quality is no better than its own, and worse by what it adds to another picture", () => {
  assert.ok(errorOnward(chainOf(shown([0]), 0.8), 0, 2) > losses[2]);
  const late = shown([0], [losses[0]], [0]);
  assert.ok(errorOnward(chainOf(late, 0.6), 0, 0) > 1.2 * losses[0], "also one that was entered on the way");
});

test("the errors of a long chain neither run away nor go back", () => {
  let before = shown([0]);
  let last = 0;
  for (let segment = 0; segment < 60; segment++) {
    const error = errorOnward(chainOf(before, 0.4), 0, 2);
    assert.ok(error >= last && error < 2.2 * losses[2], `${error} after ${last}`);
    before = shown([2], [(last = error)], [0]);
  }
});

test("two half seconds change a tile about as much as a second", () => {
  const half = (before) => ({ ...chainOf(before, 0), pictures: 15, seconds: 0.5, size: (quality, tile, continued) => (continued ? 165 + 1000 : 360 + 9000) });
  const first = errorOnward(half(shown([0])), 0, 2);
  const second = errorOnward(half(shown([2], [first], [0])), 0, 2);
  const whole = errorOnward(chainOf(shown([0]), 0.2), 0, 2);
  assert.ok(Math.abs(second - whole) < 0.05 * (whole - losses[0]), `${second} and ${whole}`);
});

test("the tile that shows least error is taken, whatever it is called", () => {
  const { picks, continued, errors, exact } = bestTiles(tilesOf([[1], [3]], [[0], [3]], [[3], [0]], [[], [2]]), chainOf(shown([0, 3, 0, 2]), 0.05));
  assert.deepEqual([...picks], [3, 0, 0, 2]);
  assert.deepEqual([...continued], [1, 0, 1, 1]);
  assert.deepEqual([...exact], [0, 0, 1, 0]);
  assert.equal(errors[1], losses[0]);
});

test("of tiles that show the same the one that goes on is taken", () => {
  assert.deepEqual([...bestTiles(tilesOf([[0], [0]]), chainOf(shown([0]), 0.2)).continued], [1]);
});

test("without a segment before it only entry tiles count", () => {
  const { picks, continued, errors } = bestTiles(tilesOf([[2], [0]], [[], [0]]), { ...chainOf(null, 0.2), begins: true });
  assert.deepEqual([...picks], [2, 4]);
  assert.deepEqual([...continued], [0, 0]);
  assert.deepEqual([...errors], [losses[2], Infinity]);
});

test("a copy does not change with what it was made of", () => {
  const tiles = tilesOf([[2], [3]]);
  const copy = copyOf(tiles);
  addTile(tiles, 0, 0, false);
  addTile(tiles, 0, 0, true);
  assert.deepEqual([copy.entry[0], copy.continued[0]], [2, 8]);
});

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

/** Mean squared errors of four qualities, entered, and continued after the best one was. */
const entered = [4, 8, 16, 64];
const meant = [4.1, 4.5, 5, 7];
const pictures = 30;
/** A chain whose continued tiles have this share of the entry tile's bytes, boxes and headers left out. */
const chainOf = (before, share) => ({
  before, begins: false, qualities: 4, pictures, seconds: 1, errorBefore: () => 4,
  error: (quality, tile, continued) => (continued ? meant : entered)[quality],
  size: (quality, tile, continued) => (continued ? 330 + 10_000 * share : 720 + 10_000),
});
/** A segment whose tiles have these errors; `meant`: what goes on from them as the encoder meant. */
const shown = (errors, meant = errors.map((error) => (error === 4 ? 127 : -1))) => ({
  picks: new Int8Array(errors.length), continued: new Uint8Array(errors.length), errors: Float64Array.from(errors), meant: Int8Array.from(meant),
});

test("what goes on after the tile that it was coded after shows what the encoder meant, in each quality", () => {
  for (const share of [0.1, 0.6]) assert.deepEqual([0, 1, 2, 3].map((quality) => errorOnward(chainOf(shown([4]), share), 0, quality)), meant);
});

test("after a better tile than it was coded after it shows what the encoder meant, and where much is new a worse picture", () => {
  const after = (share) => errorOnward({ ...chainOf(shown([4], [-1]), share), errorBefore: () => 6 }, 0, 3);
  assert.ok(Math.abs(after(0.1) - meant[3]) < 0.1 && after(0.8) > meant[3] + 0.5, `${after(0.1)} ${after(0.8)}`);
});

test("what has had one quality since its group began goes on in that as it was meant, and in others otherwise", () => {
  const chain = { ...chainOf(shown([6], [2]), 0.8), errorBefore: () => 6 };
  assert.equal(errorOnward(chain, 0, 2), meant[2]);
  assert.ok(errorOnward(chain, 0, 1) > meant[1]);
  const first = bestTiles(tilesOf([[0], []]), { ...chainOf(null, 0.8), begins: true });
  const second = bestTiles(tilesOf([[], [2]]), chainOf(first, 0.8));
  const third = bestTiles(tilesOf([[], [2]]), chainOf(second, 0.8));
  assert.deepEqual([first, second, third].map((each) => each.errors[0]), [entered[0], meant[2], meant[2]]);
});

test("where little is new, the best quality goes on after the lowest one looking like that", () => {
  const error = errorOnward(chainOf(shown([64]), 0.05), 0, 0);
  assert.ok(error > 63 && error <= 64.1, String(error));
});

test("the more a tile codes anew, the less is left of the errors that were there", () => {
  const errors = [0.1, 0.4, 0.7, 1, 2].map((share) => errorOnward(chainOf(shown([64]), share), 0, 0));
  for (let i = 1; i < 4; i++) assert.ok(errors[i] < errors[i - 1], String(errors));
  assert.ok(errors[3] > meant[0] && errors[4] === errors[3], String(errors));
});

test("two half seconds replace about as much as a second", () => {
  const half = (before) => ({ ...chainOf(before, 0), pictures: 15, seconds: 0.5, size: (quality, tile, continued) => (continued ? 165 + 1000 : 360 + 9000) });
  const second = errorOnward(half(shown([errorOnward(half(shown([64])), 0, 0)])), 0, 0);
  const whole = errorOnward(chainOf(shown([64]), 0.2), 0, 0);
  assert.ok(Math.abs(second - whole) < 0.05 * (64 - whole) + 0.2, `${second} and ${whole}`);
});

test("the tile that shows least error is taken, whatever it is called", () => {
  const { picks, continued, errors } = bestTiles(tilesOf([[1], [3]], [[0], [3]], [[3], [0]], [[], [2]]), chainOf(shown([4, 64, 4, 16]), 0.05));
  assert.deepEqual([...picks], [3, 0, 0, 2]);
  assert.deepEqual([...continued], [1, 0, 1, 1]);
  assert.equal(errors[1], entered[0]);
});

test("of tiles that show the same the one that goes on is taken", () => {
  assert.deepEqual([...bestTiles(tilesOf([[0], [0]]), { ...chainOf(shown([4]), 0.2), error: () => 4 }).continued], [1]);
});

test("without a segment before it only entry tiles count", () => {
  const { picks, continued, errors } = bestTiles(tilesOf([[2], [0]], [[], [0]]), chainOf(null, 0.2));
  assert.deepEqual([...picks], [2, 4]);
  assert.deepEqual([...continued], [0, 0]);
  assert.deepEqual([...errors], [entered[2], Infinity]);
});

test("a copy does not change with what it was made of", () => {
  const tiles = tilesOf([[2], [3]]);
  const copy = copyOf(tiles);
  addTile(tiles, 0, 0, false);
  addTile(tiles, 0, 0, true);
  assert.deepEqual([copy.entry[0], copy.continued[0]], [2, 8]);
});

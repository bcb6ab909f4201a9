import assert from "node:assert/strict";
import { test } from "node:test";
import { Stock } from "./stock.js";
import { Succession } from "./succession.js";

const TILES = 2;
const QUALITIES = 3;

/** Six seconds in groups of three; entry tiles have errors 1, 2 and 8 and a thousand bytes, continued ones the same errors and ten bytes. */
function title() {
  const index = {
    grid: { columns: TILES, rows: 1, x: [0, 256, 512], y: [0, 256] },
    qualities: ["q0", "q1", "q2"],
    segments: Array.from({ length: 6 }, (_, at) => ({ start: at, duration: 1, frames: 30 })),
    size: (/** @type {number} */ _quality, /** @type {number} */ _segment, /** @type {number} */ _tile, continued = false) => (continued ? 10 : 1000),
    error: (/** @type {number} */ quality) => [1, 2, 8][quality],
    continues: (/** @type {number} */ segment) => segment % 3 !== 0,
  };
  const stock = new Stock(TILES, QUALITIES);
  return { stock, succession: new Succession(index, stock) };
}

/** Has all tiles of a segment in a quality. */
function fetched(/** @type {Stock} */ stock, /** @type {number} */ segment, quality = 0, continued = false, floor = false) {
  const { id } = stock.ask({ segment, quality, first: 0, last: TILES - 1, bytes: 1, deadline: Infinity, floor, continued });
  stock.arrived(0, id);
}

test("a segment goes on from the one that was given last, and from one that is still to be given; a group begins anew", () => {
  const { stock, succession } = title();
  fetched(stock, 0);
  succession.give(0, succession.best(0));
  assert.deepEqual([1, 2, 3, 4].map((segment) => succession.goesOn(segment)), [true, true, false, true]);
  assert.equal(succession.follows(1), true);
});

test("after a jump back nothing goes on from what the decoder had before it", () => {
  const { stock, succession } = title();
  for (const segment of [0, 1]) {
    fetched(stock, segment, 0, segment > 0);
    succession.give(segment, succession.best(segment));
  }
  assert.equal(succession.beginningOf(1), 0);
  succession.give(0, succession.entered(0, Int8Array.of(2, 2)));
  assert.equal(stock.appended(1), null, "it went on from other pictures");
  assert.equal(succession.follows(1), true);
  succession.lose(0);
  assert.equal(succession.follows(1), false);
});

test("what goes on after the best shows its error, also in the lowest quality where nothing moves", () => {
  const { stock, succession } = title();
  fetched(stock, 0);
  succession.give(0, succession.best(0));
  fetched(stock, 1, 2, true, true);
  assert.ok(succession.floorIsHere(1));
  assert.deepEqual([...succession.best(1).picks], [2, 2]);
  assert.deepEqual([...succession.best(1, null).picks], [QUALITIES, QUALITIES], "alone it shows nothing");
});

test("a segment is expected with its floor, and with better tiles that are on their way", () => {
  const { stock, succession } = title();
  stock.ask({ segment: 0, quality: 1, first: 1, last: 1, bytes: 1000, deadline: 1, floor: false, continued: false });
  const expected = succession.expected(0);
  assert.deepEqual([[...expected.picks], [...expected.errors]], [[2, 1], [8, 2]]);
  assert.deepEqual([...succession.best(0).picks], [QUALITIES, QUALITIES], "nothing has come");
});

test("better tiles can be entered always, and gone on with where there is something before", () => {
  const { stock, succession } = title();
  fetched(stock, 0);
  succession.give(0, succession.best(0));
  const kinds = (/** @type {import("./chain.js").Shown | null} */ before) => succession.choices(1, 0, before).map(({ quality, continued }) => `${continued ? "c" : "q"}${quality}`);
  assert.deepEqual(kinds(null), ["q0", "q1"]);
  assert.deepEqual(kinds(succession.before(1)), ["q0", "c0", "q1", "c1"]);
});

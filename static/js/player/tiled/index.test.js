import assert from "node:assert/strict";
import { test } from "node:test";
import { BitReader, BitWriter, BrokenData, escape, escapedLength, unescape } from "./bits.js";
import { readFragment, readNals } from "./fragment.js";
import { IndexError, TiledIndex } from "./index.js";
import { RegionMap } from "./region-map.js";
import { sampleIndex } from "./sample.fixture.js";

test("a good index is read: grid, times, sizes and places", () => {
  const index = new TiledIndex(sampleIndex());
  assert.equal(index.tiles, 36);
  assert.equal(index.segments[1].start, 1);
  assert.equal(index.duration, 2);
  assert.equal(index.offset(1, 0, 36), index.segments[0].header + 36 * 600);
  assert.equal(index.file(0, 7), "q0/seg-00007.m4s");
});

test("what continues has sizes, places and files of its own, except where a group begins", () => {
  const index = new TiledIndex(sampleIndex());
  assert.equal(index.group, 2);
  assert.deepEqual([0, 1].map((segment) => index.continues(segment)), [false, true]);
  assert.deepEqual([index.size(0, 1, 5), index.size(0, 1, 5, true)], [1000, 200]);
  const [header, other] = [376, 5376];
  // By turns, as neighbours are asked for: one does not answer with the other's places.
  assert.deepEqual([index.offset(1, 1, 3, true), index.offset(1, 1, 3), index.offset(1, 1, 3, true)], [other + 360, header + 1800, other + 360]);
  assert.equal(index.file(2, 1, true), "c2/seg-00001.m4s");
});

test("each tile has the error that it was coded with, entered and continued", () => {
  const index = new TiledIndex(sampleIndex());
  const decibels = (...tile) => 10 * Math.log10(65025 / index.error(...tile));
  [[0, 0, 5], [2, 1, 35], [2, 1, 35, true], [0, 1, 0, true]].forEach((tile, i) => assert.ok(Math.abs(decibels(...tile) - [44, 34, 41, 44][i]) < 1e-9));
});

test("a title in which nothing continues is read as one", () => {
  const given = sampleIndex();
  given.group = 1;
  for (const quality of given.qualities) quality.continued = null;
  for (const segment of given.segments) segment.continued = segment.continued_psnr = null;
  const index = new TiledIndex(given);
  assert.deepEqual([0, 1].map((segment) => index.continues(segment)), [false, false]);
});

/** What is changed in the index, and what the refusal must speak of. */
const LIES = [
  [(index) => (index.version = 1), /kind of index/],
  [(index) => (index.version = 3), /kind of index/],
  [(index) => delete index.group, /group/],
  [(index) => (index.group = 0), /group/],
  [(index) => (index.group = 1e9), /group/],
  [(index) => (index.qualities[1].continued = "../c1"), /folder/],
  [(index) => (index.qualities[1].continued = null), /folder/],
  [(index) => (index.group = 1), /folder/],
  [(index) => (index.segments[0].continued = index.segments[1].continued), /begins a group/],
  [(index) => (index.segments[1].continued = null), /sizes/],
  [(index) => (index.segments[1].continued = btoa("short")), /another number of tiles/],
  [(index) => (index.segments[1].continued = "%%%"), /base64/],
  [(index) => (index.segments[1].psnr = btoa("short")), /errors for another number of tiles/],
  [(index) => delete index.segments[0].psnr, /errors/],
  [(index) => (index.segments[1].continued_psnr = null), /errors/],
  [(index) => (index.segments[1].continued_header = -1), /size/],
  [(index) => delete index.order, /order of 16/],
  [(index) => index.order[16].pop(), /order of 16/],
  [(index) => (index.order[16][3] = 8), /order of 16/],
  [(index) => (index.order[16][3] = 16), /order of 16/],
  [(index) => (index.order[16][3] = "2"), /order of 16/],
  [(index) => (index.width = 1e9), /size/],
  [(index) => (index.width = 3072), /grid|size/],
  [(index) => (index.grid.x[2] = index.grid.x[3]), /order/],
  [(index) => (index.grid.columns = 5), /cover|grid/],
  [(index) => (index.qualities = []), /qualities/],
  [(index) => (index.qualities[0].directory = "../../secret"), /folder/],
  [(index) => (index.codec = "avc1.640028"), /HEVC/],
  [(index) => (index.hvcc = "AAAA"), /configuration/],
  [(index) => (index.segments[1].frame = 99), /follow/],
  [(index) => (index.segments[0].frames = 1e7), /follow/],
  [(index) => (index.segments[1].sizes = btoa("short")), /another number of tiles/],
  [(index) => (index.segments[1].sizes = "%%%"), /base64/],
  [(index) => (index.segments[0].header = -1), /size/],
  [(index) => delete index.timescale, /time scale/],
  [(index) => (index.audio = [{ codecs: "mp4a.40.2", init: "a", media: "javascript:alert(1)", timescale: 1, ticks: [1] }]), /address/],
];
for (const [lie, words] of LIES) {
  test(`an index is refused: ${lie}`, () => {
    const given = sampleIndex();
    lie(given);
    assert.throws(() => new TiledIndex(given), (reason) => reason instanceof IndexError && words.test(reason.message));
  });
}

test("anything but an object is refused", () => {
  for (const given of [null, 7, "x", []]) assert.throws(() => new TiledIndex(given), IndexError);
});

test("bits are read as they were written", () => {
  const w = new BitWriter();
  w.u(5, 3);
  w.ue(0);
  w.ue(77);
  w.se(-12);
  w.se(9);
  w.trailing();
  const r = new BitReader(w.bytes);
  assert.deepEqual([r.u(3), r.ue(), r.ue(), r.se(), r.se()], [5, 0, 77, -12, 9]);
  assert.equal(r.stop, r.position);
  r.position = r.end;
  assert.throws(() => r.u(1), BrokenData);
});

test("emulation prevention comes and goes without a trace", () => {
  const bytes = Uint8Array.from([1, 0, 0, 0, 0, 0, 3, 0, 0, 1, 9]);
  const escaped = escape(bytes);
  assert.ok(!/,0,0,[012],/.test(`,${[...escaped]},`));
  assert.deepEqual([...unescape(escaped)], [...bytes]);
  assert.equal(escapedLength(escaped, 4), 5);
});

test("fragments that were cut or whose numbers do not fit are refused", () => {
  const good = fragment([3, 4]);
  assert.deepEqual(readFragment(good).samples.map(({ length }) => length), [7, 8]);
  for (let size = 0; size < good.length; size++) assert.throws(() => readFragment(good.subarray(0, size)), BrokenData);
  const longer = good.slice();
  longer[longer.length - 16] ^= 1;
  const lying = fragment([3, 4], 9);
  assert.throws(() => readFragment(lying), /longer than its data|do not fill/);
});

test("NAL units that claim more than there is are refused", () => {
  assert.throws(() => readNals(Uint8Array.of(0, 0, 0, 9, 1, 2, 3)), BrokenData);
  assert.throws(() => readNals(Uint8Array.of(0, 0)), BrokenData);
  assert.equal(readNals(Uint8Array.of(0, 0, 0, 3, 1, 2, 3)).length, 1);
});

test("a set of tiles survives its way through the strips, whatever its size", () => {
  const map = new RegionMap(72, 16, 6, 9);
  assert.equal(map.capacity, 16);
  for (const chosen of [[], [0], [71], [3, 4, 5], [...Array(16).keys()], Array.from({ length: 16 }, (_, i) => 56 + i), [1, 9, 12, 30, 44, 60, 71]]) {
    const number = map.stripNumbers(chosen).reduce((all, strip) => (all << 9n) | BigInt(strip), 0n);
    assert.deepEqual(map.chosen(number), chosen);
  }
});

test("too few bits for every set mean fewer slots", () => {
  assert.equal(new RegionMap(72, 16, 6, 8).capacity, 13);
});

/**
 * A fragment of slices with these sizes.
 * @param {number[]} sizes
 * @param {number} [extra] that the last size claims
 */
function fragment(sizes, extra = 0) {
  const u32 = (value) => [(value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
  const box = (type, ...parts) => {
    const body = parts.flat();
    return [...u32(body.length + 8), ...[...type].map((letter) => letter.charCodeAt(0)), ...body];
  };
  const rows = sizes.flatMap((size, i) => [...u32(size + 4 + (i === sizes.length - 1 ? extra : 0)), ...u32(0)]);
  const trun = box("trun", u32(0x01000a01), u32(sizes.length), u32(0), rows);
  const traf = box("traf", box("tfhd", u32(0x20008), u32(1), u32(1)), box("tfdt", u32(0), u32(0)), trun);
  const data = sizes.flatMap((size) => [...u32(size), ...new Array(size).fill(2)]);
  return Uint8Array.from([...box("moof", box("mfhd", u32(0), u32(1)), traf), ...box("mdat", data)]);
}

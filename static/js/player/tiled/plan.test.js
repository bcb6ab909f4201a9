import assert from "node:assert/strict";
import { test } from "node:test";
import { errorOf, lossesOf, planTiles } from "./plan.js";
import { Throughput } from "./throughput.js";

const nothing = (tiles) => new Int8Array(tiles).fill(3);
const sizes = [9000, 3000, 1000];
/** One view for sure, filled by the tiles in these shares. */
const sure = (shares) => [{ weight: 1, shares: Float64Array.from(shares) }];
const base = { tiles: 4, qualities: 3, size: (quality) => sizes[quality], losses: [4, 10, 40], views: sure([0.6, 0.3, 0.1, 0]), have: nothing(4) };

test("without bits to spare every tile has the lowest quality", () => {
  const { picks, bytes } = planTiles({ ...base, budget: 4000 });
  assert.deepEqual([...picks], [2, 2, 2, 2]);
  assert.equal(bytes, 4000);
});

test("bits go where one looks; a tile nobody will see gets none", () => {
  const { picks, bytes } = planTiles({ ...base, budget: 4000 + 2 * 2000 });
  assert.deepEqual([...picks], [1, 1, 2, 2]);
  assert.equal(bytes, 8000);
  assert.deepEqual([...planTiles({ ...base, budget: 1e9 }).picks], [0, 0, 0, 2]);
});

test("a view that is sure gets full to its edges before one that is not", () => {
  const views = [{ weight: 0.7, shares: Float64Array.from([0.95, 0.05, 0, 0]) }, { weight: 0.3, shares: Float64Array.from([0, 0, 0.5, 0.5]) }];
  const { picks } = planTiles({ ...base, losses: [4, 38, 40], views, budget: 4000 + 2 * 8000 });
  assert.deepEqual([...picks], [0, 0, 2, 2], "5 % of the view weigh more than half of an unlikely one");
});

test("bits that bring next to nothing are not spent", () => {
  const size = (quality) => [9e6, 3e6, 1000][quality];
  const { picks } = planTiles({ ...base, size, losses: [39.9, 39.95, 40], budget: 1e9 });
  assert.deepEqual([...picks], [2, 2, 2, 2]);
});

test("what is seen for half as long must bring twice as much", () => {
  const large = { ...base, size: (quality) => [900_000, 400_000, 1000][quality], budget: 1e9 };
  const better = ({ picks }) => picks.filter((quality) => quality < 2).length;
  assert.ok(better(planTiles({ ...large, seconds: 0.2 })) < better(planTiles({ ...large, seconds: 4 })));
});

test("a tile whose better qualities are broken stays as it is", () => {
  assert.deepEqual([...planTiles({ ...base, shut: [1, 0, 0, 0], budget: 1e9 }).picks], [2, 0, 0, 2]);
});

test("the error of a view is that of its tiles by their shares", () => {
  assert.ok(Math.abs(errorOf(base.views[0], Int8Array.from([0, 1, 2, 2]), base.losses) - (0.6 * 4 + 0.3 * 10 + 0.1 * 40)) < 1e-9);
});

test("the budget is never passed", () => {
  for (let budget = 4000; budget < 30_000; budget += 777) assert.ok(planTiles({ ...base, budget }).bytes <= budget);
});

test("what is there costs nothing again, and is never given up", () => {
  const have = Int8Array.from([2, 1, 2, 0]);
  const { picks, bytes } = planTiles({ ...base, have, budget: 3000 });
  assert.deepEqual([...picks], [1, 1, 2, 0]);
  assert.equal(bytes, 3000, "the whole better tile, for nothing of the poorer one can be used");
});

test("marked tiles come before all others", () => {
  const { picks } = planTiles({ ...base, always: [3], budget: 4000 + 8000 });
  assert.equal(picks[3], 0);
});

test("no more better tiles than a packed picture has places for", () => {
  const { picks } = planTiles({ ...base, most: 1, budget: 1e9 });
  assert.deepEqual([...picks], [0, 2, 2, 2]);
});

test("among the best uses of few bytes none is wasted on tiny gains", () => {
  const size = (quality, tile) => (tile === 0 ? [50_000, 40_000, 1000] : [2000, 1500, 1000])[quality];
  const { picks } = planTiles({ ...base, size, views: sure([0.3, 0.25, 0.25, 0.2]), budget: 4000 + 3200 });
  assert.equal(picks[0], 2);
  assert.ok([...picks.slice(1)].every((quality) => quality === 0));
});

test("losses follow the measured PSNR, or the QP where there is none", () => {
  const [best, worse] = lossesOf([{ psnr: 40 }, { psnr: 30 }]);
  assert.ok(Math.abs(worse / best - 10) < 1e-6);
  const [fine, coarse] = lossesOf([{ qp: 24 }, { qp: 30 }]);
  assert.ok(Math.abs(coarse / fine - 4) < 1e-6);
});

test("throughput counts bytes over all requests and no idle time", () => {
  const speed = new Throughput(123);
  assert.equal(speed.estimate, 123);
  speed.begin(0);
  speed.begin(0.2);
  for (let now = 0.1; now < 2; now += 0.1) speed.received(now, 100_000);
  speed.end(2);
  speed.end(2);
  speed.begin(10);
  speed.received(10.1, 100_000);
  assert.ok(Math.abs(speed.estimate - 1_000_000) < 120_000, String(speed.estimate));
});

test("many answers too short to measure each are measured together", () => {
  const speed = new Throughput(1);
  for (let now = 0; now < 1; now += 0.01) {
    speed.begin(now);
    speed.received(now + 0.005, 50_000);
    speed.end(now + 0.005);
  }
  assert.ok(Math.abs(speed.estimate - 10e6) < 1e6, String(speed.estimate));
});

test("a drop of the connection is believed within a second", () => {
  const speed = new Throughput();
  speed.begin(0);
  for (let now = 0.1; now < 5; now += 0.1) speed.received(now, 500_000);
  for (let now = 5; now < 6.5; now += 0.1) speed.received(now, 50_000);
  assert.ok(speed.estimate < 1.9e6, String(speed.estimate));
});

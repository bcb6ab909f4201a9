import assert from "node:assert/strict";
import { test } from "node:test";
import { errorOf, planTiles } from "./plan.js";
import { Throughput } from "./throughput.js";

/** One view for sure, filled by the tiles in these shares. */
const sure = (shares) => [{ weight: 1, shares: Float64Array.from(shares) }];
const losses = [4, 10, 40];
/** Entry tiles of the two better qualities, in these bytes. */
const entries = (size, errors = losses) => (tile) => [0, 1].map((quality) => ({ quality, continued: false, bytes: size(quality, tile), error: errors[quality] }));
const base = { tiles: 4, choices: entries((quality) => [9000, 3000][quality]), views: sure([0.6, 0.3, 0.1, 0]), have: [40, 40, 40, 40] };
const qualities = ({ picks }) => picks.map((choice) => choice?.quality ?? null);

test("without bits to spare nothing is fetched", () => {
  const plan = planTiles({ ...base, budget: 0 });
  assert.deepEqual(qualities(plan), [null, null, null, null]);
  assert.equal(plan.bytes, 0);
});

test("bits go where one looks; a tile nobody will see gets none", () => {
  const plan = planTiles({ ...base, budget: 2 * 3000 });
  assert.deepEqual(qualities(plan), [1, 1, null, null]);
  assert.deepEqual([...plan.errors], [10, 10, 40, 40]);
  assert.equal(plan.bytes, 6000);
  assert.deepEqual(qualities(planTiles({ ...base, budget: 1e9 })), [0, 0, 0, null]);
});

test("a view that is sure gets full to its edges before one that is not", () => {
  const views = [{ weight: 0.7, shares: Float64Array.from([0.95, 0.05, 0, 0]) }, { weight: 0.3, shares: Float64Array.from([0, 0, 0.5, 0.5]) }];
  const plan = planTiles({ ...base, choices: entries((quality) => [9000, 3000][quality], [4, 38]), views, budget: 2 * 9000 });
  assert.deepEqual(qualities(plan), [0, 0, null, null], "5 % of the view weigh more than half of an unlikely one");
});

test("bits that bring next to nothing are not spent", () => {
  const choices = entries((quality) => [9e6, 3e6][quality], [39.9, 39.95]);
  assert.deepEqual(qualities(planTiles({ ...base, choices, budget: 1e9 })), [null, null, null, null]);
});

test("what is seen for half as long must bring twice as much", () => {
  const large = { ...base, choices: entries((quality) => [900_000, 400_000][quality]), budget: 1e9 };
  const better = ({ picks }) => picks.filter(Boolean).length;
  assert.ok(better(planTiles({ ...large, seconds: 0.2 })) < better(planTiles({ ...large, seconds: 4 })));
});

test("a tile whose better qualities are broken stays as it is", () => {
  assert.deepEqual(qualities(planTiles({ ...base, shut: [1, 0, 0, 0], budget: 1e9 })), [null, 0, 0, null]);
});

test("the error of a view is that of its tiles by their shares", () => {
  assert.ok(Math.abs(errorOf(base.views[0], [4, 10, 40, 40]) - (0.6 * 4 + 0.3 * 10 + 0.1 * 40)) < 1e-9);
});

test("the budget is never passed", () => {
  for (let budget = 0; budget < 30_000; budget += 777) assert.ok(planTiles({ ...base, budget }).bytes <= budget);
});

test("what already looks as good is not fetched", () => {
  const plan = planTiles({ ...base, have: [4, 10, 40, 4], budget: 1e9 });
  assert.deepEqual(qualities(plan), [null, 0, 0, null]);
});

test("going on is chosen where it shows nearly as much for a fraction of the bytes, and entering where it does not", () => {
  const onward = (error) => (tile) => [...base.choices(tile), { quality: 0, continued: true, bytes: 1500, error }];
  const cheap = planTiles({ ...base, choices: onward(4.1), budget: 4500 });
  assert.deepEqual(cheap.picks.map((choice) => choice?.continued ?? null), [true, true, true, null]);
  const worse = planTiles({ ...base, choices: onward(38), budget: 1e9 });
  assert.deepEqual(worse.picks.map((choice) => choice?.continued ?? null), [false, false, false, null]);
});

test("marked tiles come before all others, unless they look full already", () => {
  assert.equal(qualities(planTiles({ ...base, always: [3], budget: 9000 }))[3], 0);
  assert.equal(qualities(planTiles({ ...base, always: [3], have: [40, 40, 40, 4.2], budget: 9000 }))[3], null);
});

test("no more better tiles than a packed picture has places for", () => {
  assert.deepEqual(qualities(planTiles({ ...base, most: 1, budget: 1e9 })), [0, null, null, null]);
});

test("among the best uses of few bytes none is wasted on tiny gains", () => {
  const choices = entries((quality, tile) => (tile === 0 ? [50_000, 40_000] : [2000, 1500])[quality]);
  const found = qualities(planTiles({ ...base, choices, views: sure([0.3, 0.25, 0.25, 0.2]), budget: 6000 }));
  assert.equal(found[0], null);
  assert.ok(found.slice(1).every((quality) => quality === 0));
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

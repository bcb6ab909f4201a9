// In a file, and so in a process, of its own: what other tests did to the compiled code would count here.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { MotionMeter } from "./meter.js";

test("a sample of a controller, as the frame loop pushes it, allocates nothing", () => {
  setFlagsFromString("--expose_gc");
  const gc = runInNewContext("gc");
  const meter = new MotionMeter("controller");
  // A resting hand: no compression is found, so whatever is left on the heap comes from the samples. The least of several
  // rounds, because the engine's own compiler leaves something in some of them.
  const rows = 20_000;
  const rounds = 12;
  const times = Float64Array.from({ length: rows * rounds }, (_, i) => i / 72);
  const heights = Float64Array.from({ length: rows * rounds }, (_, i) => 1 + 0.001 * Math.sin(i));
  let least = Infinity;
  for (let round = 0; round < rounds; round++) {
    gc();
    const before = process.memoryUsage().heapUsed;
    pushAll(meter, times, heights, round * rows, (round + 1) * rows);
    least = Math.min(least, (process.memoryUsage().heapUsed - before) / rows);
  }
  assert.ok(least < 2, `${least} bytes a sample`);
});

function pushAll(meter, times, heights, from, until) {
  for (let i = from; i < until; i++) meter.push(times[i], 0, heights[i], 0);
}

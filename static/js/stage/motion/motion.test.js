import assert from "node:assert/strict";
import { test } from "node:test";
import { RestCalibration } from "./calibration.js";
import { Feedback } from "./feedback.js";
import { PoseInput } from "./inputs.js";
import { MotionMeter } from "./meter.js";
import { Ring } from "./ring.js";

const TARGET = { rate_cpm: /** @type {[number, number]} */ ([100, 120]), depth_mm: /** @type {[number, number]} */ ([50, 60]) };

/** Height in metres of a chest that is pressed at a rate, after two seconds of rest. */
function height(t, rateCpm = 110, depthMm = 54) {
  if (t < 2) return 1;
  return 1 - (depthMm / 1000) * (0.5 - 0.5 * Math.cos((2 * Math.PI * (t - 2) * rateCpm) / 60));
}

function press(meter, seconds, rateCpm, depthMm) {
  const found = [];
  for (let i = 0; i < seconds * 72; i++) found.push(...meter.push(i / 72, 0, height(i / 72, rateCpm, depthMm), 0));
  return found;
}

test("a controller's compressions come one by one, each right after its release", () => {
  const meter = new MotionMeter("controller");
  for (let i = 0; i < 72 * 6; i++) {
    for (const compression of meter.push(i / 72, 0, height(i / 72), 0)) {
      assert.ok(i / 72 - compression.t_s < 0.5, "late");
      assert.ok(Math.abs(compression.depth_mm - 54) < 1);
      assert.equal(compression.recoil, true);
    }
  }
});

test("the gauge's travel follows the chest and is unknown before it is known where the chest rests", () => {
  const meter = new MotionMeter("controller");
  assert.ok(Number.isNaN(meter.travelMm));
  press(meter, 2.27, 110, 54);
  assert.ok(meter.travelMm > 40, `${meter.travelMm}`);
});

test("a calibrated hand knows its place on the chest", () => {
  const calibration = new RestCalibration();
  for (let i = 0; i < 60; i++) calibration.push(i / 60, 0.01, 1, 0);
  const result = calibration.result();
  assert.ok("calibration" in result);
  const meter = new MotionMeter("controller", result.calibration);
  const found = [];
  for (let i = 0; i < 72 * 4; i++) found.push(...meter.push(i / 72, 0.03, height(i / 72), 0));
  assert.ok(Math.abs(found[0].x_mm - 20) < 0.1);
});

test("a hand that moves gives no rest height, and says why", () => {
  const calibration = new RestCalibration();
  calibration.push(0, 0, 1, 0);
  assert.deepEqual(calibration.result(), { problem: "too_short" });
  for (let i = 1; i < 60; i++) calibration.push(i / 60, 0, 1 + 0.05 * Math.sin(i), 0);
  assert.deepEqual(calibration.result(), { problem: "moving" });
});

for (const [rate, depth, advice] of [
  [110, 54, "good"],
  [90, 54, "faster"],
  [135, 54, "slower"],
  [110, 40, "deeper"],
  [110, 70, "shallower"],
]) {
  test(`${rate} a minute and ${depth} mm deep: ${advice}`, () => {
    const feedback = new Feedback(TARGET, "controller");
    for (const compression of press(new MotionMeter("controller"), 10, rate, depth)) feedback.add(compression);
    assert.ok(Math.abs(feedback.rateCpm - rate) < 1 && Math.abs(feedback.depthMm - depth) < 1);
    assert.equal(feedback.advice(feedback.lastS + 0.3), advice);
    assert.equal(feedback.advice(feedback.lastS + 3), "resume");
  });
}

test("release is not judged where the source cannot tell", () => {
  const feedback = new Feedback(TARGET, "hand");
  for (const compression of press(new MotionMeter("hand"), 10, 110, 54)) feedback.add(compression);
  assert.ok(Number.isNaN(feedback.releasedShare));
  assert.equal(feedback.advice(feedback.lastS), "good");
});

test("nobody at a keyboard is told to release: a key knows nothing of it", () => {
  const feedback = new Feedback(TARGET, "controller");
  for (let i = 0; i < 12; i++) feedback.add({ t_s: (i * 60) / 110, depth_mm: NaN, lean_mm: null, recoil: null, x_mm: null, z_mm: null });
  assert.ok(Number.isNaN(feedback.releasedShare));
  assert.equal(feedback.advice(feedback.lastS), "good");
});

test("tracking that is lost for more than half a second is told once, and so is its return", () => {
  const told = [];
  const input = new PoseInput((lost, t) => told.push([lost, t]));
  input.start(() => {});
  input.seen(1, 0, 1, 0);
  for (let t = 1.1; t < 3; t += 0.1) input.notSeen(t);
  input.seen(3, 0, 1, 0);
  assert.deepEqual(told, [
    [true, 1],
    [false, 3],
  ]);
});

test("a ring keeps its rows in order when it wraps and when it grows", () => {
  const ring = new Ring(1, 4);
  for (let i = 0; i < 3; i++) {
    ring.extend();
    ring.set(ring.length - 1, 0, i);
  }
  ring.dropFirst();
  for (let i = 3; i < 9; i++) {
    ring.extend();
    ring.set(ring.length - 1, 0, i);
  }
  assert.deepEqual(Array.from({ length: ring.length }, (_, i) => ring.get(i, 0)), [1, 2, 3, 4, 5, 6, 7, 8]);
});

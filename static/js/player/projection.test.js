import assert from "node:assert/strict";
import { test } from "node:test";
import { directionToPicture, headingOfQuaternion, pitchOfQuaternion, horizontalFov, verticalFov, wrapDegrees } from "./projection.js";

const near = (a, b, tolerance = 1e-9) => assert.ok(Math.abs(a - b) <= tolerance, `${a} is not ${b}`);

test("north is the middle of the picture, east to its right, the zenith at its top", () => {
  const north = directionToPicture(0, 0, -1);
  near(north.u, 0.5);
  near(north.v, 0.5);
  near(directionToPicture(1, 0, 0).u, 0.75);
  near(directionToPicture(-1, 0, 0).u, 0.25);
  near(directionToPicture(0, 1, 0).v, 1);
  near(directionToPicture(0, -1, 0).v, 0);
});

test("angles wrap into half a turn either way", () => {
  assert.equal(wrapDegrees(190), -170);
  assert.equal(wrapDegrees(-190), 170);
  assert.equal(wrapDegrees(720), 0);
});

test("the field of view belongs to the longer side", () => {
  near(verticalFov(90, 1), 90);
  near(verticalFov(90, 2), 53.13, 0.01);
  assert.equal(verticalFov(90, 0.5), 90);
  assert.equal(horizontalFov(90, 2), 90);
  near(horizontalFov(90, 0.5), 53.13, 0.01);
});

test("the heading of a head turned to the right is positive", () => {
  const half = (-30 * Math.PI) / 360;
  near(headingOfQuaternion(0, Math.sin(half), 0, Math.cos(half)), 30, 1e-9);
  near(headingOfQuaternion(0, 0, 0, 1), 0);
  // A nod changes no heading.
  near(headingOfQuaternion(Math.sin(0.2), 0, 0, Math.cos(0.2)), 0, 1e-9);
});

test("looking up by 30 degrees after a turn to the right is a pitch of 30", () => {
  const half = Math.PI / 180 / 2;
  const [sy, cy, sp, cp] = [Math.sin(-50 * half), Math.cos(-50 * half), Math.sin(30 * half), Math.cos(30 * half)];
  // yaw about y, then pitch about the turned x
  const [x, y, z, w] = [cy * sp, sy * cp, -sy * sp, cy * cp];
  assert.ok(Math.abs(pitchOfQuaternion(x, y, z, w) - 30) < 1e-9);
  assert.ok(Math.abs(headingOfQuaternion(x, y, z, w) - 50) < 1e-9);
});

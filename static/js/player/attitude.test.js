import assert from "node:assert/strict";
import { test } from "node:test";
import { attitude } from "./attitude.js";

const look = (alpha, beta, gamma, screen = 0) => {
  const out = new Float64Array(3);
  attitude(alpha, beta, gamma, screen, out);
  return { yaw: out[0], pitch: out[1], roll: out[2] };
};
const near = (a, b, tolerance = 1e-6) => assert.ok(Math.abs(a - b) <= tolerance, `${a} is not ${b}`);

test("a phone held upright looks at the horizon", () => {
  const { yaw, pitch, roll } = look(0, 90, 0);
  near(yaw, 0);
  near(pitch, 0);
  near(roll, 0);
});

test("turning with the phone to the right turns the view to the right", () => {
  // alpha grows counter-clockwise seen from above.
  near(look(-40, 90, 0).yaw, 40);
  near(look(40, 90, 0).yaw, -40);
});

test("a phone that leans back, screen up, looks down; its top tipped over the head looks up", () => {
  near(look(0, 60, 0).pitch, -30);
  near(look(0, 120, 0).pitch, 30);
});

test("the horizon stays level when phone and screen turn together to landscape", () => {
  // Held across with the top to the left: gamma -90 with beta 0, and the screen says 90.
  const { pitch, roll } = look(0, 0, -90, 90);
  near(pitch, 0);
  near(roll, 0);
});

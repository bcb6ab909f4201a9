import assert from "node:assert/strict";
import { test } from "node:test";
import { FOV_MAX, FOV_MIN, FOV_START, View } from "./view.js";

const run = (view, seconds, step = 1 / 60) => {
  for (let t = 0; t < seconds; t += step) view.update(step);
};

test("turning past the back goes on at the other side", () => {
  const view = new View();
  view.turn(170, 0);
  view.turn(20, 0);
  assert.equal(view.yaw, -170);
});

test("one cannot look over one's own back", () => {
  const view = new View();
  view.turn(0, 500);
  assert.ok(view.pitch > 80 && view.pitch <= 90);
  view.turn(0, -1000);
  assert.ok(view.pitch < -80 && view.pitch >= -90);
});

test("a drag that is let go glides on and comes to rest", () => {
  const view = new View();
  view.release(100, 0);
  run(view, 0.2);
  const early = view.yaw;
  assert.ok(early > 5);
  run(view, 5);
  const rest = view.yaw;
  assert.ok(rest > early);
  view.update(0);
  assert.equal(view.update(1 / 60), false);
  assert.equal(view.yaw, rest);
});

test("with less motion asked for, nothing glides and zoom is at once", () => {
  const view = new View();
  view.calm = true;
  view.release(100, 50);
  run(view, 1);
  assert.equal(view.yaw, 0);
  view.zoom(0.5);
  assert.equal(view.fov, FOV_START / 2);
});

test("zoom stays between its bounds", () => {
  const view = new View();
  for (let i = 0; i < 50; i++) view.zoom(0.8);
  run(view, 3);
  assert.equal(view.fov, FOV_MIN);
  for (let i = 0; i < 50; i++) view.zoom(1.3);
  run(view, 3);
  assert.equal(view.fov, FOV_MAX);
});

test("a held key turns until it is let go", () => {
  const view = new View();
  view.hold(1, 0);
  run(view, 1);
  assert.ok(view.yaw > 40, `${view.yaw}`);
  view.hold(0, 0);
  const at = view.yaw;
  run(view, 1);
  assert.equal(view.yaw, at);
});

test("a view that rests asks for no new picture", () => {
  const view = new View();
  assert.equal(view.update(0.016), true);
  assert.equal(view.update(0.016), false);
  view.turn(1, 0);
  assert.equal(view.update(0.016), true);
});

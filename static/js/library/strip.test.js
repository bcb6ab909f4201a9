import assert from "node:assert/strict";
import { test } from "node:test";
import { clock, parseStills } from "./strip.js";

test("each cue becomes a piece of its picture", () => {
  const text = "WEBVTT\n\n00:00.000 --> 00:02.000\npreview.jpg#xywh=0,0,192,96\n\n01:00:02.500 --> 01:00:04.000\npreview.jpg#xywh=192,96,192,96\n";
  assert.deepEqual(parseStills(text), [
    { seconds: 0, picture: "preview.jpg", x: 0, y: 0, width: 192, height: 96 },
    { seconds: 3602.5, picture: "preview.jpg", x: 192, y: 96, width: 192, height: 96 },
  ]);
});

test("captions are no stills", () => {
  assert.deepEqual(parseStills("WEBVTT\n\n00:00.000 --> 00:02.000\nHello\n"), []);
});

test("times read like a clock", () => {
  assert.deepEqual([0, 61.9, 3605].map(clock), ["0:00", "1:01", "1:00:05"]);
});

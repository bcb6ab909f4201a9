import assert from "node:assert/strict";
import { test } from "node:test";
import { parseThumbnails, parseWebvtt, textAt } from "./webvtt.js";

const FILE = `\uFEFFWEBVTT - lesson

NOTE not a cue
00:00.000 is mentioned here

STYLE
::cue { color: red }

first
00:01.000 --> 00:03.500 align:start
<v Nurse>Check <b>breathing</b> &amp; pulse
for ten seconds

01:00:00.000 --> 01:00:02.000
Late

00:03.000 --> 00:05.000
Call 120

00:09.000 --> 00:08.000
ends before it begins
`;

test("cues are read in order, without markup, and what is no cue is passed over", () => {
  const cues = parseWebvtt(FILE.replaceAll("\n", "\r\n"));
  assert.deepEqual(cues.map(({ start, end }) => [start, end]), [[1, 3.5], [3, 5], [3600, 3602]]);
  assert.equal(cues[0].text, "Check breathing & pulse\nfor ten seconds");
});

test("what is said now; cues that overlap stand under each other", () => {
  const cues = parseWebvtt(FILE);
  assert.equal(textAt(cues, 0.5), "");
  assert.equal(textAt(cues, 2), "Check breathing & pulse\nfor ten seconds");
  assert.equal(textAt(cues, 3.2), "Check breathing & pulse\nfor ten seconds\nCall 120");
  assert.equal(textAt(cues, 5), "");
});

test("thumbnails name a rectangle of a sheet beside the index", () => {
  const strip = parseThumbnails(
    "WEBVTT\n\n00:00.000 --> 00:05.000\nstrip.jpg#xywh=160,90,160,80\n\n00:05.000 --> 00:10.000\nno picture\n",
    "http://house/media/token/thumbnails.vtt",
  );
  assert.deepEqual(strip, [
    { start: 0, end: 5, url: "http://house/media/token/strip.jpg", x: 160, y: 90, width: 160, height: 80 },
  ]);
});

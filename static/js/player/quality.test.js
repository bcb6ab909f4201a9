import assert from "node:assert/strict";
import { test } from "node:test";
import { automaticLimit, chooseFamily, codecFamily, qualityMenu, qualityWord } from "./quality.js";

const level = (index, width, codec, bitrate = width * 1000) => ({ index, width, height: width / 2, bitrate, codec });
const can = (rendition, smooth = true, powerEfficient = false, supported = true) => ({
  rendition, ability: { supported, smooth, powerEfficient },
});

test("a word for each size; a sphere needs more pixels for the same word than a flat picture", () => {
  assert.equal(qualityWord(7680, "equirectangular"), "8k");
  assert.equal(qualityWord(3840, "equirectangular"), "very-clear");
  assert.equal(qualityWord(1920, "equirectangular"), "clear");
  assert.equal(qualityWord(1280, "equirectangular"), "light");
  assert.equal(qualityWord(1920, "flat"), "very-clear");
  assert.equal(qualityWord(1280, "flat"), "clear");
});

test("the menu has each word once, best first, with the richest rendition behind it", () => {
  const menu = qualityMenu(
    [level(0, 1280, "avc1"), level(1, 2560, "avc1"), level(2, 1920, "avc1"), level(3, 3840, "avc1")],
    "equirectangular",
  );
  assert.deepEqual(menu.map(({ word, rendition }) => [word, rendition.width]), [
    ["very-clear", 3840], ["clear", 2560], ["light", 1280],
  ]);
});

test("codec families are told from the manifest's names", () => {
  assert.deepEqual(["hvc1.1.6.L153", "hev1.1", "av01.0.12M.08", "avc1.640033", "vp09.00"].map(codecFamily), [
    "hevc", "hevc", "av1", "h264", "other",
  ]);
});

test("hardware decides: HEVC before AV1 before H.264; in software the lightest decoder wins", () => {
  const [hevc, av1, h264] = [level(0, 3840, "hvc1.1"), level(1, 3840, "av01.0"), level(2, 3840, "avc1.64")];
  assert.equal(chooseFamily([can(hevc, true, true), can(av1, true, true), can(h264, true, true)], new Set()), "hevc");
  assert.equal(chooseFamily([can(hevc, false, false, false), can(av1, true, true), can(h264)], new Set()), "av1");
  assert.equal(chooseFamily([can(av1), can(h264)], new Set()), "h264");
  assert.equal(chooseFamily([can(av1)], new Set()), "av1");
});

test("a family that failed is not chosen again, and none is left at the end", () => {
  const judged = [can(level(0, 1920, "av01.0"), true, true), can(level(1, 1920, "avc1.64"))];
  assert.equal(chooseFamily(judged, new Set(["av1"])), "h264");
  assert.equal(chooseFamily(judged, new Set(["av1", "h264"])), null);
});

test("the automatic choice goes no higher than what plays smoothly", () => {
  const judged = [can(level(0, 1280, "avc1")), can(level(1, 1920, "avc1")), can(level(2, 3840, "avc1"), false)];
  assert.equal(automaticLimit(judged, "h264"), 1_920_000);
  const hard = judged.map(({ rendition }) => can(rendition, false));
  assert.equal(automaticLimit(hard, "h264"), 1_280_000);
});

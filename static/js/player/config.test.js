import assert from "node:assert/strict";
import { test } from "node:test";
import { completeConfig } from "./config.js";

test("what the page leaves out is filled in", () => {
  const config = completeConfig({ src: { hls: "/m.m3u8" }, next: { title: "x" }, projection: "cubemap" });
  assert.equal(config.projection, "equirectangular");
  assert.equal(config.stereo, "mono");
  assert.deepEqual(config.captions, []);
  assert.deepEqual(config.resume, { position: 0, url: null });
  assert.equal(config.next, null);
});

test("a page without media is a mistake that is said", () => {
  assert.throws(() => completeConfig({ title: "no source" }), /src\.hls/);
});

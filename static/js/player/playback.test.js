import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { inVersion, PlaybackAddress, versionOf } from "./playback.js";

const BASE = "http://house/courses/1/";
const realFetch = globalThis.fetch;
afterEach(() => {
  globalThis.fetch = realFetch;
});
const answering = (status, body) => {
  let calls = 0;
  globalThis.fetch = async () => {
    calls += 1;
    return new Response(body === undefined ? null : JSON.stringify(body), { status });
  };
  return () => calls;
};

test("requests below an outdated token go to the newest one", async () => {
  const address = new PlaybackAddress("/media/old/master.m3u8", "/playback/1", BASE);
  answering(200, { hls: "/media/new/master.m3u8" });
  await address.renew();
  assert.equal(address.manifest, "http://house/media/new/master.m3u8");
  assert.equal(address.current("http://house/media/old/high/003.m4s"), "http://house/media/new/high/003.m4s");
  assert.equal(address.current("http://house/elsewhere/003.m4s"), "http://house/elsewhere/003.m4s");
  answering(200, { hls: "/media/newest/master.m3u8" });
  await address.renew();
  assert.equal(address.current("http://house/media/old/a"), "http://house/media/newest/a");
  assert.equal(address.current("http://house/media/new/a"), "http://house/media/newest/a");
});

test("renewals at the same time share one request", async () => {
  const address = new PlaybackAddress("/media/old/master.m3u8", "/playback/1", BASE);
  const calls = answering(200, { hls: "/media/new/master.m3u8" });
  await Promise.all([address.renew(), address.renew(), address.renew()]);
  assert.equal(calls(), 1);
});

test("why a renewal failed is told apart", async () => {
  const address = new PlaybackAddress("/media/old/master.m3u8", "/playback/1", BASE);
  for (const [status, kind] of [[403, "denied"], [404, "gone"], [503, "offline"]]) {
    answering(status);
    await assert.rejects(address.renew(), { kind });
  }
  globalThis.fetch = async () => {
    throw new TypeError("no network");
  };
  await assert.rejects(address.renew(), { kind: "offline" });
});

test("a title in tiles is asked for in the version that plays, with a newer token", () => {
  const [old, fresh] = ["http://house/media/a/published-1/tiled/index.json", "http://house/media/b/published-2/tiled/index.json"];
  assert.equal(versionOf(old), "published-1");
  assert.equal(inVersion(fresh, versionOf(old)), "http://house/media/b/published-1/tiled/index.json");
  assert.equal(versionOf(null), "");
});

test("a film that has no tiles any more names none", async () => {
  const address = new PlaybackAddress("/media/old/master.m3u8", "/playback/1", BASE, "/media/old/published-1/tiled/index.json");
  answering(200, { hls: "/media/new/master.m3u8", tiled: null });
  await address.renew();
  assert.equal(address.tiled, null);
});

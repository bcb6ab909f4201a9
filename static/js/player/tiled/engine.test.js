import assert from "node:assert/strict";
import { test } from "node:test";
import { TiledEngine } from "./engine.js";
import { sampleIndex } from "./sample.fixture.js";

const start = {
  url: "https://house/media/one/tiled/index.json", startAt: 0, refused: [], capKbps: 5000, regions: [], crowd: null, margin: { seconds: 0.1, pictures: 4 },
};
const settle = () => new Promise((go) => setTimeout(go, 5));

/** An engine whose network answers as `answer(url, range)` says: a status, or bytes of the range; and a clock by hand. */
function made({ answer = () => 404, index = sampleIndex(), able = { supported: true, smooth: true }, frames = { supported: false, smooth: false } } = {}) {
  const told = [];
  const asked = [];
  const time = { now: 1 };
  const engine = new TiledEngine({
    clock: () => time.now,
    able: async (_, sink) => (sink === "mse" ? able : frames),
    post: (message) => message.type !== "progress" && told.push(message),
    fetch: async (url, { headers = {} } = {}) => {
      if (String(url).includes("/expired/")) return new Response("", { status: 410 });
      if (String(url).endsWith("index.json")) return new Response(JSON.stringify(index), { status: 200 });
      asked.push(String(url));
      const [from, to] = (headers.Range ?? "bytes=0-0").slice(6).split("-").map(Number);
      const found = answer(String(url), from, to);
      if (found === "cut") throw new TypeError("no network");
      if (typeof found === "number") return new Response("", { status: found });
      return new Response(found, { status: 206 });
    },
  });
  return { engine, told, asked, time, types: () => told.map(({ type, kind }) => kind ?? type) };
}

test("an index that lies ends in the ladder, with the reason", async () => {
  const index = sampleIndex();
  index.segments[1].frame = 3;
  const { engine, told } = made({ index });
  await engine.open(start);
  assert.equal(told[0].type, "fallback");
  assert.match(told[0].reason, /does not follow/);
});

test("a device that decodes no HEVC, or not fast enough, gets the ladder", async () => {
  for (const able of [{ supported: false, smooth: false }]) {
    const { engine, told } = made({ able });
    await engine.open(start);
    assert.match(told[0].reason, /no decoder/);
  }
  const { engine, told } = made();
  await engine.open({ ...start, refused: ["grid 1536x768"] });
  assert.match(told[0].reason, /no decoder/);
});

test("the lowest quality is what cannot be done without: damaged, the ladder plays; gone, the page asks for newer files", async () => {
  const damaged = (_, from, to) => new Uint8Array(to - from + 1);
  for (const [answer, said] of [[damaged, "fallback"], [() => 404, "gone"]]) {
    const { engine, types } = made({ answer });
    await engine.open(start);
    await settle();
    assert.deepEqual(types(), ["opened", said]);
  }
});

test("where MSE takes no HEVC, or too slowly, WebCodecs decodes it if it can", async () => {
  const no = { supported: false, smooth: false };
  const yes = { supported: true, smooth: true };
  const { engine, told } = made({ able: no, frames: yes });
  await engine.open(start);
  assert.equal(told[0].sink, "frames");
  const slow = made({ able: yes, frames: yes });
  await slow.engine.open({ ...start, refused: ["grid 1536x768"] });
  assert.deepEqual([slow.told[0].sink, slow.told[0].layoutName], ["frames", "grid 1536x768 by frames"]);
  const slower = made({ able: yes, frames: yes });
  await slower.engine.open({ ...start, refused: ["grid 1536x768", "grid 1536x768 by frames"] });
  assert.match(slower.told[0].reason, /no decoder/);
});

test("a page that stood open past its address's time renews it before anything else", async () => {
  const { engine, types, told } = made();
  await engine.open({ ...start, url: "https://house/media/expired/tiled/index.json" });
  assert.deepEqual(types(), ["renew"]);
  engine.renewed("https://house/media/two/tiled/index.json");
  await settle();
  assert.equal(told[1].type, "opened");
  const lost = made();
  await lost.engine.open({ ...start, url: "https://house/media/expired/tiled/index.json" });
  lost.engine.notRenewed();
  assert.deepEqual(lost.types(), ["renew", "fallback"], "the ladder says what is wrong with the network");
});

test("an address that has run out is renewed once for all requests, and the new one is asked", async () => {
  const { engine, types, asked } = made({ answer: (url) => (url.includes("/one/") ? 410 : 503) });
  await engine.open(start);
  await settle();
  assert.deepEqual(types(), ["opened", "renew"]);
  engine.renewed("https://house/media/two/tiled/index.json");
  await settle();
  assert.match(asked.at(-1), new RegExp("^https://house/media/two/tiled/[qc]2/"));
  assert.equal(types().filter((type) => type === "renew").length, 1);
});

test("who is refused with a fresh address as well is told so", async () => {
  const { engine, types } = made({ answer: () => 403 });
  await engine.open(start);
  await settle();
  engine.renewed("https://house/media/two/tiled/index.json");
  await settle();
  assert.deepEqual(types(), ["opened", "renew", "denied"]);
});

test("without a network one word is said, and it is tried again after growing pauses and when told", async () => {
  const { engine, types, asked, time } = made({ answer: () => "cut" });
  await engine.open(start);
  await settle();
  assert.deepEqual(types(), ["opened", "network"]);
  const before = asked.length;
  time.now += 0.1;
  engine.tick();
  await settle();
  assert.equal(asked.length, before, "not before the pause is over");
  time.now += 2;
  engine.tick();
  await settle();
  assert.ok(asked.length > before);
  const then = asked.length;
  engine.retry();
  await settle();
  assert.ok(asked.length > then);
  assert.deepEqual(types(), ["opened", "network"]);
});

test("after sleep what was under way is asked for again", async () => {
  const { engine, asked, time } = made({ answer: () => new ReadableStream({}) });
  await engine.open(start);
  await settle();
  const before = asked.length;
  assert.ok(before > 0);
  engine.tick();
  time.now += 3600;
  engine.tick();
  await settle();
  assert.ok(asked.length > before);
  engine.close();
});

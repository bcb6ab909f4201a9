import assert from "node:assert/strict";
import { test } from "node:test";
import { fetchRange, FetchError } from "./fetcher.js";
import { mediaSegment } from "./mux.js";
import { readFragment, readNals } from "./fragment.js";
import { TurnMeter } from "./engine.js";

const range = { from: 2, to: 5, total: 10 };
const file = Uint8Array.from([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
const answer = (body, status, headers = {}) => async () => new Response(body, { status, headers });
const get = (request, signal = new AbortController().signal, onBytes = () => {}) => fetchRange(request, "https://x/y", range, signal, onBytes);
const fails = (request, kind) => assert.rejects(get(request), (reason) => reason instanceof FetchError && reason.kind === kind);

test("a range comes, and its bytes are counted as they arrive", async () => {
  let count = 0;
  const bytes = await get(answer(file.subarray(2, 6), 206, { "Content-Range": "bytes 2-5/10" }), undefined, (n) => (count += n));
  assert.deepEqual([...bytes], [2, 3, 4, 5]);
  assert.equal(count, 4);
});

test("a server without ranges gives the whole file, and the part is taken out", async () => {
  assert.deepEqual([...(await get(answer(file, 200)))], [2, 3, 4, 5]);
});

test("each way to fail is told apart", async () => {
  for (const [status, kind] of [[401, "expired"], [410, "expired"], [403, "denied"], [404, "gone"], [416, "gone"], [500, "offline"], [503, "offline"]])
    await fails(answer("", status), kind);
  await fails(async () => Promise.reject(new TypeError("no network")), "offline");
});

test("a file of another size than the index says is broken, a short answer is a bad connection", async () => {
  await fails(answer(file.subarray(2, 6), 206, { "Content-Range": "bytes 2-5/11" }), "broken");
  await fails(answer(file, 206, { "Content-Range": "bytes 2-5/10" }), "broken");
  await fails(answer(file.subarray(2, 4), 206, { "Content-Range": "bytes 2-5/10" }), "offline");
  await fails(answer(file.subarray(2, 4), 206, { "Content-Range": "bytes 2-5/10", "Content-Length": "2" }), "broken");
  await fails(answer(file.subarray(0, 7), 200), "broken");
});

test("a request that is stopped says so", async () => {
  const controller = new AbortController();
  const never = (_, { signal }) => new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new DOMException("", "AbortError"))));
  const running = get(never, controller.signal);
  controller.abort();
  await assert.rejects(running, { name: "AbortError" });
});

test("what is muxed is read back as it was", () => {
  const units = [[Uint8Array.of(1, 2, 3)], [Uint8Array.of(4, 5, 6, 7), Uint8Array.of(8, 9, 10)]];
  const data = mediaSegment({ sequence: 1, time: 2 ** 33 + 5, ticks: 100, pictures: { units, offsets: Int32Array.of(0, -100), keys: [true, false] } });
  const fragment = readFragment(data);
  assert.equal(fragment.time, 2 ** 33 + 5);
  assert.deepEqual([...fragment.offsets], [0, -100]);
  assert.deepEqual(fragment.samples.map((sample) => readNals(sample).map((nal) => [...nal])), units.map((unit) => unit.map((nal) => [...nal])));
});

test("the time from a turn to full quality is measured, and a view that stays poorer is no turn", () => {
  const meter = new TurnMeter();
  const [sharp, poor] = [[1, 0, 0], [0, 1, 0]];
  for (let now = 0; now < 3; now += 0.1) meter.add(now, sharp);
  for (let now = 3; now < 3.75; now += 0.1) meter.add(now, poor);
  for (let now = 3.8; now < 6; now += 0.1) meter.add(now, sharp);
  assert.equal(meter.figures.turns, 1);
  assert.ok(Math.abs(meter.figures.p50 - 0.8) < 0.11, String(meter.figures.p50));
  for (let now = 6; now < 20; now += 0.1) meter.add(now, poor);
  assert.equal(meter.figures.turns, 1);
});

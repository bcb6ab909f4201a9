import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { FrameQueue } from "./frames.js";

const PICTURE = 100_000; // microseconds
const PER_SEGMENT = 10;
const real = { VideoDecoder: globalThis.VideoDecoder, EncodedVideoChunk: globalThis.EncodedVideoChunk };
const settle = () => new Promise((go) => setTimeout(go, 2));
/** What a test has made. @type {FrameQueue[]} */
const queues = [];
/** Frames that are not closed. */
let open = 0;
/** What decoders were given since the test began, in seconds and with the segment's mark. */
let given = [];
/** Set: decoders take nothing out of their queue. */
let stuck = false;

/** Holds `DELAY` pictures back until more come or it is flushed, as decoders do that put pictures in order. */
const DELAY = 3;
class Decoder extends EventTarget {
  state = "unconfigured";
  decodeQueueSize = 0;
  /** Nothing but a random-access picture is taken: newly configured, or emptied. */
  #fresh = true;
  #held = [];
  #born = 0;
  constructor({ output }) {
    super();
    this.output = output;
  }
  configure() {
    this.state = "configured";
  }
  decode(chunk) {
    assert.ok(!this.#fresh || chunk.type === "key", `${chunk.timestamp / 1e6}${chunk.mark} cannot be entered`);
    this.#fresh = false;
    given.push(`${chunk.timestamp / 1e6}${chunk.mark}`);
    this.decodeQueueSize++;
    const born = this.#born;
    setImmediate(() => {
      if (born !== this.#born || stuck) return;
      this.decodeQueueSize--;
      this.#held.push(chunk);
      while (this.#held.length > DELAY) this.#out();
      this.dispatchEvent(new Event("dequeue"));
    });
  }
  async flush() {
    this.#fresh = true;
    await new Promise((go) => setImmediate(go));
    while (this.#held.length) this.#out();
  }
  reset() {
    this.#born++;
    this.#fresh = true;
    this.#held = [];
    this.decodeQueueSize = 0;
    this.state = "unconfigured";
  }
  close() {
    this.reset();
    this.state = "closed";
  }
  #out() {
    const { timestamp, duration, mark } = this.#held.shift();
    open++;
    this.output({ timestamp, duration, mark, close: () => open-- });
  }
}

beforeEach(() => {
  open = 0;
  given = [];
  stuck = false;
  globalThis.VideoDecoder = Decoder;
  globalThis.EncodedVideoChunk = class {
    constructor(init) {
      Object.assign(this, init);
    }
  };
});
afterEach(() => {
  for (const queue of queues.splice(0)) queue.close();
  Object.assign(globalThis, real);
});

function made(duration = 30) {
  const video = Object.assign(new EventTarget(), { currentTime: 0, playbackRate: 1, defaultPlaybackRate: 1, paused: false });
  const told = { appended: [], removed: [] };
  const queue = new FrameQueue({ codec: "any" }, video, duration, {
    onAppended: ({ segment }) => told.appended.push(segment),
    onRemoved: (from, to) => told.removed.push([from, to]),
    onError: (reason) => assert.fail(reason),
  });
  queues.push(queue);
  /** A segment of ten pictures a second, one second long. */
  const segment = (number, mark = "", random = true) => ({
    segment: number, start: number, end: number + 1, random,
    data: Array.from({ length: PER_SEGMENT }, (_, i) => ({
      type: i || !random ? "delta" : "key", timestamp: number * 1e6 + i * PICTURE, duration: PICTURE, data: new Uint8Array(1), mark,
    })),
  });
  const seek = (time) => {
    video.currentTime = time;
    video.dispatchEvent(new Event("seeking"));
  };
  /** One that goes on from the segment before. */
  const continued = (number, mark = "") => segment(number, mark, false);
  /** Shows what is due, moment by moment. */
  const play = async (from, to) => {
    const shown = [];
    for (let time = from; time < to; time += 0.05) {
      video.currentTime = time;
      await settle();
      const frame = queue.take();
      if (frame) shown.push(`${frame.timestamp / 1e6}${frame.mark}`);
    }
    return shown;
  };
  return { queue, video, told, segment, continued, seek, play };
}

test("few pictures are open at a time, however much is there to decode, and none once it is closed", async () => {
  const { queue, video, segment } = made();
  for (let i = 0; i < 5; i++) queue.add(segment(i));
  for (let time = 0; time < 4.5; time += 0.02) {
    video.currentTime = time;
    queue.take();
    await settle();
    assert.ok(open <= 8 + DELAY + 1, `${open} pictures are open at ${time}`);
    assert.equal(queue.open, open, "what is not kept is closed");
  }
  queue.close();
  assert.equal(open, 0);
});

test("each picture is taken once, at its time", async () => {
  const { queue, video, segment } = made(2);
  queue.add(segment(0));
  queue.add(segment(1));
  await settle();
  const shown = [];
  for (let time = 0; time < 1.95; time += 0.03) {
    video.currentTime = time;
    await settle();
    const frame = queue.take();
    if (!frame) continue;
    shown.push(frame.timestamp);
    assert.ok(Math.abs(frame.timestamp / 1e6 - time) < 0.1);
  }
  assert.deepEqual(shown, Array.from({ length: 20 }, (_, i) => i * PICTURE));
  assert.deepEqual(queue.counts, { total: 20, dropped: 0 });
});

test("a seek begins with the segment's first picture and shows the one that was asked for", async () => {
  const { queue, segment, seek } = made();
  for (let i = 0; i < 4; i++) queue.add(segment(i));
  await settle();
  given = [];
  seek(2.55);
  await settle();
  await settle();
  assert.equal(given[0], "2");
  assert.equal(queue.take().timestamp, 2_500_000);
  assert.equal(queue.counts.dropped, 0, "the way to the goal is nobody's fault");
});

test("a seek to a segment that goes on from others begins where those can be entered", async () => {
  const { queue, segment, continued, seek } = made();
  queue.add(segment(0));
  for (const one of [segment(4), continued(5), continued(6)]) queue.add(one);
  await settle();
  given = [];
  seek(6.55);
  for (let i = 0; i < 30 && !given.includes("6.9"); i++) await settle();
  assert.equal(given[0], "4");
  assert.deepEqual(given, [...new Set(given)], "each picture once");
  assert.equal(queue.take().timestamp, 6_500_000);
  assert.equal(queue.counts.dropped, 0);
});

test("a seek to where not all of the way is there waits until it can be entered", async () => {
  const { queue, video, segment, continued, seek } = made();
  queue.add(segment(0));
  queue.add(continued(6));
  await settle();
  given = [];
  seek(6.2);
  await settle();
  queue.take();
  assert.deepEqual([given, queue.waiting, video.playbackRate], [[], true, 0]);
  queue.add(segment(6, "new"));
  await settle();
  await settle();
  assert.equal(given[0], "6new");
  assert.equal(queue.take().mark, "new");
});

test("a segment that comes late goes on in the same decoder, and nothing is decoded twice", async () => {
  const { queue, segment, continued, play } = made();
  queue.add(segment(0));
  await play(0, 1.3);
  assert.equal(queue.waiting, true);
  queue.add(continued(1));
  await settle();
  await settle();
  queue.take();
  assert.equal(queue.waiting, false);
  assert.equal((await play(1.3, 1.65)).at(-1), "1.6");
  assert.deepEqual(given, [...new Set(given)]);
});

test("a picture that stands is shown though nothing follows it yet, and then it goes on", async () => {
  const { queue, video, segment, continued, seek, play } = made();
  queue.add(segment(0));
  queue.add(continued(1));
  video.paused = true;
  seek(1.85);
  for (let i = 0; i < 20; i++) {
    await settle();
    queue.take();
  }
  assert.equal(queue.waiting, false);
  assert.equal(given.at(-1), "1.9");
  video.paused = false;
  queue.add(continued(2));
  assert.equal((await play(1.85, 2.65)).at(-1), "2.6");
});

test("what went on from a segment goes with it when that is replaced", async () => {
  const { queue, video, segment, continued, seek } = made();
  for (const one of [segment(0), continued(1, "old"), continued(2, "old"), segment(3)]) queue.add(one);
  video.paused = true;
  assert.equal(queue.ahead(1.5), 2.5);
  queue.add(segment(1, "new"));
  assert.equal(queue.ahead(1.5), 0.5);
  queue.add(continued(2, "new"));
  assert.equal(queue.ahead(1.5), 2.5, "the next one that can be entered is as good as before");
  given = [];
  seek(2.3);
  for (let i = 0; i < 20; i++) await settle();
  assert.equal(given[0], "1new");
  assert.equal(queue.take().mark, "new");
});

test("a better segment is decoded if the one that it replaces has not begun", async () => {
  const { queue, video, segment } = made();
  queue.add(segment(0));
  queue.add(segment(1, "poor"));
  queue.add(segment(1, "good"));
  for (let time = 0; time < 1.5; time += 0.05) {
    video.currentTime = time;
    queue.take();
    await settle();
  }
  queue.add(segment(1, "late"));
  await settle();
  assert.ok(given.includes("1good") && !given.some((name) => name.endsWith("poor") || name.endsWith("late")), String(given));
});

test("the clock stands while a picture is missing and goes on when there are enough", async () => {
  const { queue, video, segment } = made();
  const said = [];
  for (const name of ["waiting", "playing"]) video.addEventListener(name, () => said.push(name));
  queue.add(segment(0));
  await settle();
  queue.take();
  video.currentTime = 0.9;
  await settle();
  queue.take();
  video.currentTime = 1.3;
  queue.take();
  assert.deepEqual([video.playbackRate, queue.waiting], [0, true]);
  video.playbackRate = video.defaultPlaybackRate = 1.5;
  queue.take();
  assert.equal(video.playbackRate, 0, "also when another speed is chosen");
  queue.add(segment(1));
  await settle();
  await settle();
  queue.take();
  assert.deepEqual([video.playbackRate, queue.waiting], [1.5, false]);
  assert.deepEqual(said, ["waiting", "playing"], "as the element says it of itself");
});

test("at the end of the title nothing is missing", async () => {
  const { queue, video, segment } = made(1);
  queue.add(segment(0));
  await settle();
  for (let time = 0; time <= 1; time += 0.05) {
    video.currentTime = time;
    queue.take();
    await settle();
  }
  video.currentTime = 1;
  queue.take();
  assert.equal(queue.waiting, false);
});

test("a decoder that falls behind is counted, and begins again where the clock is", async () => {
  const { queue, video, segment } = made();
  for (let i = 0; i < 4; i++) queue.add(segment(i));
  await settle();
  queue.take();
  stuck = true;
  video.currentTime = 2.5;
  queue.take();
  stuck = false;
  await settle();
  await settle();
  assert.equal(queue.take()?.timestamp, 2_500_000);
});

test("what is still needed to go on from is kept, however far behind", async () => {
  const { queue, video, told, segment, continued } = made();
  for (const one of [segment(0), continued(1), segment(2), continued(3), continued(4)]) queue.add(one);
  video.currentTime = 14.5;
  queue.add(segment(14));
  await settle();
  assert.deepEqual(told.removed, [[0, 1], [1, 2]]);
});

test("what lies far behind is forgotten, and said so", async () => {
  const { queue, video, told, segment } = made();
  queue.add(segment(0));
  queue.add(segment(1));
  video.currentTime = 11.5;
  queue.add(segment(11));
  await settle();
  assert.deepEqual(told, { appended: [0, 1, 11], removed: [[0, 1]] });
});

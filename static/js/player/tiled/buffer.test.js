import assert from "node:assert/strict";
import { test } from "node:test";
import { BufferQueue } from "./buffer.js";

/** A SourceBuffer as far as the queue sees it, one range; it removes up to the next picture that can be entered. */
class Buffer extends EventTarget {
  updating = false;
  /** @type {{ start: number, end: number, random: boolean, mark: string }[]} */
  held = [];
  full = false;

  get buffered() {
    return { length: this.held.length ? 1 : 0, start: () => this.held[0].start, end: () => this.held.at(-1).end };
  }

  appendBuffer(entry) {
    if (this.full) throw new DOMException("full", "QuotaExceededError");
    this.updating = true;
    const after = this.held.filter(({ start }) => start >= entry.end);
    const entrance = after.findIndex(({ random }) => random);
    this.held = [...this.held.filter(({ end }) => end <= entry.start), entry, ...(entrance < 0 ? [] : after.slice(entrance))];
  }

  remove(from, to) {
    this.updating = true;
    this.full = false;
    const entrance = this.held.find(({ start, random }) => random && start >= to)?.start ?? Infinity;
    this.held = this.held.filter(({ start }) => start < from || start >= entrance);
  }

  done() {
    this.updating = false;
    this.dispatchEvent(new Event("updateend"));
  }
}

function made() {
  const buffer = new Buffer();
  const video = { currentTime: 0 };
  const removed = [];
  const queue = new BufferQueue(buffer, video, {
    onAppended: () => {}, onError: (reason) => assert.fail(String(reason)), onRemoved: (from, to) => removed.push([from, to]),
  });
  /** Segments of a second; every fourth one can be entered. The data tell the fake buffer what they are. */
  const add = (segment, mark = "", random = segment % 4 === 0) => {
    const entry = { segment, start: segment, end: segment + 1, random };
    queue.add({ ...entry, data: { ...entry, mark } });
  };
  const settle = () => {
    for (let i = 0; buffer.updating && i < 100; i++) buffer.done();
  };
  return { buffer, video, removed, queue, add, settle };
}

test("segments are appended one after the other, in order", () => {
  const { buffer, queue, add, settle } = made();
  for (let i = 0; i < 5; i++) add(i);
  assert.equal(buffer.held.length, 1);
  assert.equal(queue.idle, false);
  settle();
  assert.deepEqual(buffer.held.map(({ start }) => start), [0, 1, 2, 3, 4]);
  assert.equal(queue.idle, true);
});

test("what waits to go on from a segment that is replaced does not come after it", () => {
  const { buffer, add, settle } = made();
  add(0);
  for (const segment of [1, 2]) add(segment, "old");
  add(1, "new", true);
  settle();
  assert.deepEqual(buffer.held.map(({ start, mark }) => `${start}${mark}`), ["0", "1new"]);
  add(2, "new");
  settle();
  assert.deepEqual(buffer.held.map(({ start, mark }) => `${start}${mark}`), ["0", "1new", "2new"]);
});

test("room is made only in front of a picture that can be entered, and what plays stays", () => {
  const { buffer, video, removed, add, settle } = made();
  for (let i = 0; i < 24; i++) {
    video.currentTime = i;
    add(i);
    settle();
    assert.ok(buffer.held[0].random && buffer.held[0].start <= Math.max(0, i - 10), `from ${buffer.held[0].start} at ${i}`);
  }
  assert.deepEqual(removed, [[0, 8]]);
});

test("a full buffer is relieved in front of what plays, never of what plays", () => {
  const { buffer, video, add, settle } = made();
  for (let i = 0; i < 8; i++) add(i);
  settle();
  video.currentTime = 7.5;
  buffer.full = true;
  add(8);
  settle();
  assert.deepEqual(buffer.held.map(({ start }) => start), [4, 5, 6, 7, 8]);
});

test("where a picture could be entered before and now cannot, nothing is removed up to it", () => {
  const { buffer, video, add, settle } = made();
  for (let i = 0; i < 8; i++) add(i);
  add(5, "sought", true);
  add(6);
  add(4);
  for (const segment of [5, 6, 7]) add(segment);
  settle();
  video.currentTime = 7.5;
  buffer.full = true;
  add(8);
  settle();
  assert.deepEqual(buffer.held.map(({ start }) => start), [4, 5, 6, 7, 8]);
});

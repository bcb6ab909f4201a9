import assert from "node:assert/strict";
import { test } from "node:test";
import { Scheduler } from "./scheduler.js";

/** A title of 12 x 6 tiles in three qualities of about 48, 20 and 3 Mbit/s, in segments of one second. */
function title({ segments = 20 } = {}) {
  const edges = (count, size) => Array.from({ length: count + 1 }, (_, i) => (i * size) / count);
  const rates = [48e6, 20e6, 3e6];
  return {
    grid: { width: 7680, height: 3840, columns: 12, rows: 6, x: edges(12, 7680), y: edges(6, 3840), stereo: "mono" },
    qualities: [{ psnr: 42 }, { psnr: 38 }, { psnr: 33 }],
    segments: Array.from({ length: segments }, (_, i) => ({ start: i, duration: 1 })),
    size: (quality, segment, tile) => Math.round((rates[quality] / 8 / 72) * (0.6 + 0.8 * (((tile * 7 + segment * 3) % 11) / 10))),
  };
}

/** Plays a title over a link of `link` bit/s, with `yaw(time)`; says what was seen at each tenth of a second. */
function play(index, { link = 40e6, yaw = () => 0, seconds = 15, options = {}, lost = () => false } = {}) {
  const scheduler = new Scheduler(index, options);
  const queue = [];
  const appended = new Map();
  const seen = [];
  let [media, playing, bytes, stalled] = [0, false, 0, 0];
  for (let tick = 0; tick < seconds * 100; tick++) {
    const now = tick / 100;
    scheduler.look(now, yaw(now), 0);
    scheduler.playhead(now, media, playing ? 1 : 0);
    scheduler.hurry();
    if (tick % 5 === 0) {
      for (const action of scheduler.decide(now)) {
        if (action.type === "fetch") {
          queue.push({ ...action, left: action.bytes });
          scheduler.started(now, action.id);
        } else if (action.type === "cancel") queue.splice(queue.findIndex(({ id }) => id === action.id), 1);
        else appended.set(action.segment, action.picks);
      }
    }
    let room = link / 8 / 100;
    while (room > 0 && queue.length) {
      const part = Math.min(room, queue[0].left);
      queue[0].left -= part;
      room -= part;
      bytes += part;
      scheduler.received(now, part);
      if (queue[0].left > 0) break;
      const done = queue.shift();
      if (lost(done, now)) scheduler.failed(now, done.id);
      else scheduler.arrived(now, done.id);
    }
    const here = appended.has(Math.floor(media + 0.01));
    if (playing && !here) stalled += 0.01;
    playing = here;
    if (playing) media += 0.01;
    if (tick % 10 === 0) seen.push({ now, media, view: scheduler.viewQuality(Math.floor(media), yaw(now), 0) });
  }
  return { scheduler, seen, bytes, stalled, media };
}

test("someone who looks straight ahead sees the best quality nearly everywhere, under the cap, without a stall", () => {
  const { seen, bytes, stalled, media } = play(title());
  assert.equal(stalled, 0);
  const late = seen.filter(({ now }) => now > 5);
  const best = late.reduce((sum, { view }) => sum + view[0], 0) / late.length;
  assert.ok(best > 0.8, `best quality in ${best} of the view`);
  const kbps = (bytes * 8) / (media + 8) / 1000;
  assert.ok(kbps < 15_750, `${kbps} kbit/s`);
});

test("nothing is ever missing from the view, also while the head turns faster than the network", () => {
  const { seen, stalled } = play(title(), { yaw: (time) => Math.floor(time / 1.3) * 130, link: 20e6 });
  assert.equal(stalled, 0);
  assert.ok(seen.filter(({ now }) => now > 1).every(({ view }) => view[3] === 0));
});

test("after a turn by 120 degrees the view is sharp again within 1.6 seconds", () => {
  for (const at of [5, 5.2, 5.4, 5.6, 5.8]) {
    const { seen } = play(title(), { yaw: (time) => (time < at ? 0 : 120), link: 40e6 });
    const sharp = seen.find(({ now, view }) => now > at && view[2] < 0.1);
    assert.ok(sharp.now - at <= 1.6, `turn at ${at}: ${sharp.now - at}`);
  }
});

test("a connection slower than the cap lowers the quality instead of stopping the picture", () => {
  const { seen, stalled } = play(title(), { link: 7e6 });
  assert.equal(stalled, 0);
  const late = seen.filter(({ now }) => now > 6);
  assert.ok(late.every(({ view }) => view[3] === 0));
  assert.ok(late.some(({ view }) => view[0] + view[1] > 0.1));
});

test("what an instructor marked is in full quality, whatever one looks at", () => {
  const box = { t: 3, yaw: 180, pitch: 0, width: 20, height: 20 };
  const region = { id: "wound", name: "Wound", start: 3, end: 12, keyframes: [box] };
  const { scheduler } = play(title(), { options: { regions: [region] } });
  assert.ok(scheduler.viewQuality(8, 180, 0)[0] > 0);
  const state = scheduler.state(8);
  assert.equal(state.appended[2 * 12 + 0], 0);
  assert.equal(state.appended[2 * 12 + 11], 0);
});

test("better tiles that get lost leave the lowest quality in the picture", () => {
  const { seen, stalled } = play(title(), { lost: (request) => !request.floor });
  assert.equal(stalled, 0);
  assert.ok(seen.filter(({ now }) => now > 1).every(({ view }) => view[2] > 0.999));
});

test("a lost lowest quality is asked for again", () => {
  let first = true;
  const { media } = play(title(), { lost: (request) => request.segment === 4 && request.floor && first && !(first = false) });
  assert.ok(media > 8);
});

test("a packed picture never holds more better tiles than it has slots", () => {
  const { scheduler } = play(title(), { options: { slots: 10 }, seconds: 8 });
  for (let segment = 3; segment < 6; segment++)
    assert.ok([...scheduler.state(segment).appended].filter((quality) => quality < 2).length <= 10);
});

test("in a packed picture a turn gives the slots to what is looked at now", () => {
  const { seen, scheduler } = play(title(), { options: { slots: 16 }, seconds: 9, yaw: (time) => (time < 4.2 ? 0 : 150) });
  assert.ok(seen.at(-1).view[2] < 0.3, String(seen.at(-1).view));
  assert.equal([...scheduler.state(7).appended].filter((quality) => quality < 2).length <= 16, true);
});

test("after a seek the new place is fetched first", () => {
  const scheduler = new Scheduler(title());
  scheduler.look(0, 0, 0);
  scheduler.playhead(0, 0, 1);
  const before = scheduler.decide(0);
  scheduler.playhead(0.1, 15.3, 0);
  const after = scheduler.decide(0.1);
  const cancelled = after.filter(({ type }) => type === "cancel").map(({ id }) => id);
  for (const { id, segment } of before) if (segment < 15) assert.ok(cancelled.includes(id));
  assert.equal(after.find(({ type }) => type === "fetch").segment, 15);
});

test("a paused picture gets better while one looks around", () => {
  const scheduler = new Scheduler(title());
  scheduler.playhead(0, 3.5, 0);
  let appends = 0;
  for (let now = 0; now < 3; now += 0.05) {
    scheduler.look(now, now < 1 ? 0 : 150, 0);
    for (const action of scheduler.decide(now)) {
      if (action.type === "append" && action.segment === 3) appends++;
      if (action.type !== "fetch") continue;
      scheduler.started(now, action.id);
      scheduler.received(now + 0.01, action.bytes);
      scheduler.arrived(now + 0.01, action.id);
    }
  }
  assert.ok(appends >= 2);
  assert.ok(scheduler.viewQuality(3, 150, 0)[2] < 0.2, String(scheduler.viewQuality(3, 150, 0)));
});

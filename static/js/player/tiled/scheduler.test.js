import assert from "node:assert/strict";
import { test } from "node:test";
import { Scheduler } from "./scheduler.js";

/** A title of 12 x 6 tiles in three qualities of about 48, 20 and 3 Mbit/s, in segments of one second. */
function title({ segments = 20 } = {}) {
  const edges = (count, size) => Array.from({ length: count + 1 }, (_, i) => (i * size) / count);
  const rates = [48e6, 20e6, 3e6];
  const errors = [4, 10, 32];
  return {
    grid: { width: 7680, height: 3840, columns: 12, rows: 6, x: edges(12, 7680), y: edges(6, 3840), stereo: "mono" },
    qualities: ["q0", "q1", "q2"],
    error: (quality) => errors[quality],
    segments: Array.from({ length: segments }, (_, i) => ({ start: i, duration: 1, frames: 30 })),
    size: (quality, segment, tile) => Math.round((rates[quality] / 8 / 72) * (0.6 + 0.8 * (((tile * 7 + segment * 3) % 11) / 10))),
  };
}

/** The same title in groups of segments; a continued tile has a part of the bytes. */
function continuedTitle(group = 4, part = 1 / 6) {
  const plain = title({ segments: 40 });
  const size = (quality, segment, tile, continued = false) => Math.ceil(plain.size(quality, segment, tile) * (continued ? part : 1));
  // Where little is new, what was coded after the best quality is nearly as good.
  const error = (quality, segment, tile, continued = false) => plain.error(continued ? 0 : quality) + (continued && quality ? part ** 2 * plain.error(quality) : 0);
  return { ...plain, size, error, group, continues: (segment) => segment % group !== 0 };
}

/** A decoder: refuses what it could not decode. */
class Decoder {
  last = -1;
  constructor(group = 4) {
    this.group = group;
  }

  /** @type {{ segment: number, entry: boolean }[]} */
  given = [];

  append({ segment, picks, continued }) {
    const entry = !continued.some(Boolean);
    if (!entry) assert.equal(this.last, segment - 1, `segment ${segment} goes on from ${this.last}`);
    if (segment % this.group === 0) assert.ok(entry, `segment ${segment} begins a group`);
    for (const [tile, quality] of picks.entries()) assert.ok(quality >= 0 && quality < 3, `tile ${tile} of segment ${segment} is not there`);
    this.last = segment;
    this.given.push({ segment, entry });
  }
}

/** Plays a title over a link of `link` bit/s, with `yaw(time)`; says what was seen at each twentieth of a second. */
function play(index, { link = 40e6, yaw = () => 0, seconds = 15, options = {}, lost = () => false } = {}) {
  const scheduler = new Scheduler(index, options);
  const queue = [];
  const appended = new Map();
  const decoder = new Decoder(index.group);
  const seen = [];
  const asked = [];
  let [media, playing, bytes, stalled] = [0, false, 0, 0];
  for (let tick = 0; tick < seconds * 100; tick++) {
    const now = tick / 100;
    scheduler.look(now, yaw(now), 0);
    scheduler.playhead(now, media, playing ? 1 : 0, false);
    scheduler.hurry();
    if (tick % 5 === 0) {
      for (const action of scheduler.decide(now)) {
        if (action.type === "fetch") {
          queue.push({ ...action, left: action.bytes });
          asked.push(action);
          scheduler.started(now, action.id);
        } else if (action.type === "cancel") queue.splice(queue.findIndex(({ id }) => id === action.id), 1);
        else {
          decoder.append(action);
          appended.set(action.segment, action.picks);
        }
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
    if (tick % 5 === 0) seen.push({ now, media, view: scheduler.viewQuality(Math.floor(media), yaw(now), 0) });
  }
  return { scheduler, decoder, seen, asked, bytes, stalled, media };
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

test("after a turn by 120 degrees the view is sharp again within 1.6 seconds, whenever it comes", () => {
  const waits = Array.from({ length: 20 }, (_, i) => 5 + i / 20).map((at) => {
    const { seen } = play(title(), { yaw: (time) => (time < at ? 0 : 120), link: 40e6 });
    return seen.find(({ now, view }) => now > at && view[2] < 0.1).now - at;
  });
  waits.sort((a, b) => a - b);
  assert.ok(waits[9] < 1.25 && waits[18] < 1.605, waits.map((wait) => wait.toFixed(2)).join());
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
  assert.equal(state.appended.picks[2 * 12 + 0], 0);
  assert.equal(state.appended.picks[2 * 12 + 11], 0);
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
    assert.ok([...scheduler.state(segment).appended.picks].filter((quality) => quality < 2).length <= 10);
});

test("in a packed picture a turn gives the slots to what is looked at now", () => {
  const { seen, scheduler } = play(title(), { options: { slots: 16 }, seconds: 9, yaw: (time) => (time < 4.2 ? 0 : 150) });
  assert.ok(seen.at(-1).view[2] < 0.3, String(seen.at(-1).view));
  assert.equal([...scheduler.state(7).appended.picks].filter((quality) => quality < 2).length <= 16, true);
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

test("who keeps looking pays for the picture once in a group", () => {
  const { seen, asked } = play(continuedTitle(), { options: { capKbps: 100_000 }, seconds: 24 });
  assert.ok(seen.filter(({ now }) => now > 5).every(({ view }) => view[0] > 0.7 && view[0] + view[1] > 0.999));
  const spent = [0, 0, 0, 0];
  for (const { segment, bytes } of asked) if (segment >= 8 && segment < 20) spent[segment % 4] += bytes;
  for (const continued of spent.slice(1)) assert.ok(continued < spent[0] / 5, String(spent));
});

test("where much is new in each second, what was entered late is entered again, and goes on from the next group on", () => {
  const { asked } = play(continuedTitle(4, 0.6), { yaw: (time) => (time < 5.5 ? 0 : 170), options: { capKbps: 100_000 }, link: 80e6, seconds: 14 });
  const behind = asked.filter(({ quality, first, last }) => quality === 0 && first <= 24 && last >= 24);
  const kinds = (segment) => new Set(behind.filter((one) => one.segment === segment).map(({ continued }) => continued));
  for (const segment of [6, 7]) assert.deepEqual(kinds(segment), new Set([false]), `segment ${segment}`);
  for (const segment of [9, 10, 11]) assert.deepEqual(kinds(segment), new Set([true]), `segment ${segment}`);
});

test("whatever one looks at, segments come in order, and every tile has something to go on from", () => {
  for (const [every, link] of [[0.7, 12e6], [1.3, 25e6], [2.9, 60e6]]) {
    const { decoder, stalled } = play(continuedTitle(), { yaw: (time) => Math.floor(time / every) * 97, link, seconds: 25 });
    assert.equal(stalled, 0);
    assert.deepEqual(decoder.given.map(({ segment }) => segment), decoder.given.map((_, i) => i), "in order, each once");
    assert.ok(decoder.given.some(({ entry }) => !entry));
  }
});

test("who looks back at what stood still since sees it sharp at once, without entering it again", () => {
  const { seen, asked } = play(continuedTitle(16, 1 / 20), { yaw: (time) => (time > 5.3 && time < 9.3 ? 170 : 0), options: { capKbps: 100_000 }, seconds: 14 });
  const back = seen.filter(({ now }) => now > 9.4 && now < 13);
  assert.ok(back.every(({ view }) => view[0] > 0.9), String(back.find(({ view }) => view[0] <= 0.9)?.view));
  const ahead = [17, 18, 29, 30, 41, 42, 53, 54];
  const entered = (/** @type {number} */ from, /** @type {number} */ to) =>
    asked.filter(({ floor, continued, segment, first, last }) =>
      !floor && !continued && segment >= from && segment < to && ahead.some((tile) => tile >= first && tile <= last)).length;
  assert.ok(entered(0, 2) > 0, "at first");
  assert.equal(entered(2, 14), 0, "and never again");
});

test("where all tiles are cheap enough a group begins with a finer floor and goes on in the lowest, but not where the picture begins", () => {
  const index = continuedTitle(16);
  const size = (quality, segment, tile, continued = false) => Math.ceil(index.size(quality, segment, tile, continued) / 4);
  const { asked, stalled } = play({ ...index, size }, { seconds: 20 });
  const floors = asked.filter(({ floor }) => floor);
  assert.equal(stalled, 0);
  assert.deepEqual(floors.slice(0, 2).map(({ quality }) => quality), [2, 2]);
  for (const { segment, quality } of floors) if (segment > 1) assert.equal(quality, segment === 16 ? 1 : 2, `segment ${segment}`);
});

test("a finer floor is given up while the connection does not bear it", () => {
  const index = continuedTitle(16);
  const size = (quality, segment, tile, continued = false) => Math.ceil(index.size(quality, segment, tile, continued) / 4);
  const { asked, stalled } = play({ ...index, size }, { seconds: 20, link: 3e6 });
  assert.equal(stalled, 0);
  assert.ok(asked.filter(({ floor }) => floor).every(({ quality }) => quality === 2));
});

test("a picture that begins waits for what one looks at, half a second at most", () => {
  for (const [link, least] of [[100e6, 0.9], [12e6, 0]]) {
    const { seen, decoder } = play(continuedTitle(), { link, seconds: 2, options: { capKbps: 100_000 } });
    assert.equal(decoder.given.filter(({ segment }) => segment === 0).length, 1);
    const begun = seen.find(({ media }) => media > 0);
    assert.ok(begun.now <= 1.3 && begun.view[0] >= least, `${begun.now} s, ${begun.view}`);
  }
});

test("tiles that get lost are no ground to go on from", () => {
  const { seen, stalled } = play(continuedTitle(), { lost: ({ floor, id }) => !floor && id % 3 === 0, seconds: 25 });
  assert.equal(stalled, 0);
  assert.ok(seen.filter(({ now }) => now > 5).some(({ view }) => view[0] > 0.9));
});

/** Answers everything at once. @returns what was appended */
function serve(scheduler, decoder, now) {
  const found = [];
  for (const action of scheduler.decide(now)) {
    if (action.type === "append") {
      decoder.append(action);
      found.push(action);
    }
    if (action.type !== "fetch") continue;
    scheduler.started(now, action.id);
    scheduler.received(now + 0.01, action.bytes);
    scheduler.arrived(now + 0.01, action.id);
  }
  return found;
}

/** Lets a title play on for some seconds. */
function playOn(scheduler, decoder, from, media, seconds) {
  for (let t = 0; t < seconds; t += 0.05) {
    scheduler.look(from + t, 0, 0);
    scheduler.playhead(from + t, media + t, 1);
    serve(scheduler, decoder, from + t);
  }
}

test("after a seek, also one by a single segment, the picture begins anew", () => {
  const scheduler = new Scheduler(continuedTitle());
  const decoder = new Decoder();
  playOn(scheduler, decoder, 0, 0, 3);
  for (const [now, to] of [[3, 22.3], [6, 6.4], [9, 30]]) {
    const before = decoder.given.length;
    playOn(scheduler, decoder, now, to, 2.5);
    assert.deepEqual(decoder.given[before], { segment: Math.floor(to), entry: true });
    assert.ok(decoder.given.slice(before + 1).some(({ entry }) => !entry));
  }
});

test("after a seek back, what went on from the pictures of before is given again", () => {
  const scheduler = new Scheduler(continuedTitle());
  const decoder = new Decoder();
  playOn(scheduler, decoder, 0, 0, 7.2);
  for (const segment of scheduler.outdated()) scheduler.forget(segment);
  const before = decoder.given.length;
  assert.equal(decoder.last, 7);
  playOn(scheduler, decoder, 7.2, 5.2, 2.2);
  assert.deepEqual(decoder.given.slice(before).map(({ segment }) => segment), [5, 6, 7]);
});

test("a jump back begins anew where the decoder would have much to catch up on, and else plays what is there", () => {
  for (const [to, anew] of [[4.5, false], [5.9, false], [6.3, true], [7.8, true], [8.1, false]]) {
    const scheduler = new Scheduler(continuedTitle());
    const decoder = new Decoder();
    playOn(scheduler, decoder, 0, 0, 9.5);
    const before = decoder.given.length;
    scheduler.jumped(to);
    playOn(scheduler, decoder, 9.5, to, 0.3);
    assert.deepEqual(decoder.given.slice(before, before + 1), anew ? [{ segment: Math.floor(to), entry: true }] : [], `to ${to}`);
  }
});

test("what the decoder has lost is given again from a picture that needs nothing", () => {
  const scheduler = new Scheduler(continuedTitle());
  const decoder = new Decoder();
  playOn(scheduler, decoder, 0, 0, 5.2);
  scheduler.forgetAppended();
  const before = decoder.given.length;
  playOn(scheduler, decoder, 5.2, 5.2, 2);
  assert.deepEqual(decoder.given[before], { segment: 5, entry: true });
});

test("a paused picture that gets better needs nothing, and what follows goes on from it", () => {
  const scheduler = new Scheduler(continuedTitle());
  const decoder = new Decoder();
  playOn(scheduler, decoder, 0, 0, 5.9);
  const before = decoder.given.length;
  assert.equal(decoder.last, 6);
  for (let now = 5.9; now < 9; now += 0.05) {
    scheduler.look(now, 150, 0);
    scheduler.playhead(now, 5.9, 0);
    serve(scheduler, decoder, now);
  }
  const again = decoder.given.slice(before);
  assert.ok(again.length >= 2 && again.some(({ segment }) => segment === 5));
  assert.ok(again.filter(({ segment }) => segment === 5).every(({ entry }) => entry));
  assert.equal(decoder.last, 6, "the next one is near: it is given again as well");
  assert.ok(scheduler.viewQuality(5, 150, 0)[2] < 0.2);
});

test("a hidden tab is served ahead, and who comes back sees a sharp picture soon", () => {
  const scheduler = new Scheduler(continuedTitle());
  const decoder = new Decoder();
  playOn(scheduler, decoder, 0, 0, 4);
  scheduler.rich = false;
  playOn(scheduler, decoder, 4, 4, 4);
  assert.ok(decoder.last >= 11, String(decoder.last));
  scheduler.rich = true;
  playOn(scheduler, decoder, 8, 8, 2.5);
  assert.ok(scheduler.viewQuality(10, 0, 0)[0] > 0.9, String(scheduler.viewQuality(10, 0, 0)));
});

test("a decoder that wants more before it plays gets more", () => {
  const scheduler = new Scheduler(continuedTitle());
  const decoder = new Decoder();
  for (let now = 0; now < 1.5; now += 0.05) {
    scheduler.playhead(now, 0, 0, false);
    serve(scheduler, decoder, now);
  }
  assert.deepEqual(decoder.given.map(({ segment }) => segment), [0, 1]);
});

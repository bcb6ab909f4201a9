/**
 * Decides what to fetch and what to give to the decoder, and when. It knows nothing of networks, clocks or browsers: time
 * is told to it, so the measurement harness runs the very same decisions.
 *
 *     const scheduler = new Scheduler(index, { capKbps: 15000 });
 *     scheduler.look(now, yaw, pitch);                 // whenever the head moves
 *     scheduler.playhead(now, mediaTime, rate);        // now and then, and after each seek
 *     for (const action of scheduler.decide(now)) …    // about ten times a second, and after everything that arrives
 *       fetch  -> the driver requests the range; tells started(), received() as bytes come, then arrived() or failed()
 *       cancel -> the driver aborts that request (and tells nothing)
 *       append -> the driver merges these tiles and hands the segment to the decoder
 *
 * For each segment first the floor: every tile in a low quality, one range, well ahead, so that no turn of the head
 * finds a hole. Then, for the segments that play next, better tiles where the view is expected, by utility per bit (plan.js)
 * under what the cap leaves and what the connection brings before the segment must be there. A later turn plans again: what
 * is not there in time stays at the quality it has.
 *
 * A tile that is on screen goes on with its continued tile, at a fraction of the bytes (chain.js). So segments are appended in their order, each once and
 * as late as the decoder allows. What breaks the order (a seek, a lost buffer, a paused picture that gets better) begins with entry tiles only.
 */

import { boxesWithin } from "../regions.js";
import { Budget } from "./budget.js";
import { Costs } from "./costs.js";
import { TileMap, angleBetween, tilesOfRegion } from "./geometry.js";
import { HeadTracker } from "./motion.js";
import { ALIKE, errorOf, planTiles } from "./plan.js";
import { expectedViews, predictView } from "./predict.js";
import { Stock } from "./stock.js";
import { Succession } from "./succession.js";

/** Seconds of floor fetched ahead, playing; while the connection brings less than the cap allows; before anyone pressed play; where a picture begins. */
const FLOOR_AHEAD = 8;
const FLOOR_AHEAD_SLOW = 3;
const FLOOR_AHEAD_IDLE = 2;
const FLOOR_AHEAD_BEGINS = 0.6;
/**
 * Seconds before its play that a segment's better tiles are first asked for: as long as they need to come, and this much
 * more. Sooner the view is not known.
 */
const RICH_SPARE = 0.3;
const RICH_LEAST = 0.6;
const RICH_MOST = 2.2;
/** Seconds between handing a segment to the decoder and its play: decoders read a few pictures ahead. */
const MARGIN = 0.2;
/** Seconds before the decoder's deadline that a segment goes to it with what has arrived: decisions come every 0.05 seconds or so. */
const LAST_CALL = 0.05;
/** Seconds that a picture which begins anew (a start, a seek) waits for better tiles once its floor is there: half a second later, but sharp. */
const BEGINS_WITHIN = 0.5;
/** Overdraft of a segment's allowance for a turn that was not foreseen, as share of the allowance; it is paid back. */
const TURN_CREDIT = 1;
/** Degrees between the view that was planned for and the one expected now that make it another view. */
const TURNED = 12;
/** A segment is planned once; again when the view expected for it has moved this far (degrees). */
const REAIM = 6;
/** Seconds that people go on looking at something, in the mean: a better tile goes on so long for less than it costs; and at a paused picture, as far as anyone knows. */
const LOOKED_AT_FOR = 2.75;
const PAUSED_FOR = 10;
/** Seconds that a decoder may have to catch up on after a jump: at 8K that takes it about as long as fetching entry tiles does. */
const JUMP_DECODES = 2;
/** Seconds that are given to the decoder of a hidden tab, whose clock may run slowly. */
const HIDDEN_AHEAD = 4;
/** A video that waits this long after an append, in seconds, wants more before it plays: this much. */
const STUCK_AFTER = 0.4;
const STUCK_AHEAD = 1.5;
const MOST_REQUESTS = 24;
/** Better tiles of a segment that are asked for at once, the most wanted first: they share the connection, and all would come late. */
const MOST_AT_ONCE = 4;
/**
 * The floor that a group begins with is of the last quality but one where all tiles in that one, played on, take at most this share of what may be used,
 * and where the picture does not begin this soon, in seconds: it is seen until the group ends, as the lowest quality goes on from it.
 */
const FINE_FLOOR = 0.2;
const FINE_FLOOR_SOON = 2;
/** Floors that are asked for at once: the one that plays next does not share the connection with all that follow. */
const MOST_FLOORS = 2;
/** Nepers of the view's error (4.3 dB) below which a plan is not worth requests. */
const WORTH = 0.01;
/** A request under way for tiles that fill less of the views expected now than this is dropped after a turn. */
const STALE = 0.02;

/**
 * @typedef {object} SegmentFacts
 * @property {number} start seconds
 * @property {number} duration seconds
 * @property {number} frames pictures
 *
 * @typedef {object} SchedulerIndex what the scheduler reads of the index (index.js makes it)
 * @property {import("./geometry.js").Grid} grid
 * @property {ArrayLike<unknown>} qualities best first; the last one, or the one before it, is the floor
 * @property {SegmentFacts[]} segments
 * @property {(quality: number, segment: number, tile: number, continued?: boolean) => number} size bytes of a tile in a segment
 * @property {(quality: number, segment: number, tile: number, continued?: boolean) => number} error mean squared error of a tile in a segment, of a
 *   continued one after the quality that it was coded after
 * @property {(segment: number) => boolean} [continues] whether it has continued tiles
 * @property {(segment: number) => number} [floorBytes] of what is fetched as floor; all tiles of a quality when left out
 *
 * @typedef {object} SchedulerOptions
 * @property {number} [capKbps] most traffic in kbit/s; 15000 when left out
 * @property {import("./geometry.js").Viewport} [viewport]
 * @property {import("./predict.js").Crowd | null} [crowd]
 * @property {import("../regions.js").Region[]} [regions] always in full quality
 * @property {number} [slots] packed layout: how many tiles can be better than the floor
 * @property {number} [margin] seconds between handing a segment to the decoder and its play
 * @property {number} [firstThroughput] bytes per second to believe at first
 *
 * @typedef {import("./stock.js").FetchAction} FetchAction
 * @typedef {{ type: "cancel", id: number }} CancelAction
 * @typedef {{ type: "append", segment: number, picks: Int8Array, continued: Uint8Array }} AppendAction quality of each tile, and 1 where its
 *   continued tile is meant; all are there. With any of these it goes on from the segment before, which was appended last; with none it is a random-access point
 * @typedef {FetchAction | CancelAction | AppendAction} Action
 * @typedef {import("./stock.js").SegmentState} SegmentState
 */

export class Scheduler {
  #index;
  #map;
  #costs;
  #stock;
  #budget;
  #succession;
  #head = new HeadTracker();
  #media = 0;
  #rate = 0;
  #paused = true;
  #mediaAt = 0;
  #margin;
  #wanted = false;
  #appendedAt = 0;
  #rich = true;

  /**
   * @param {SchedulerIndex} index
   * @param {SchedulerOptions} [options]
   */
  constructor(index, options = {}) {
    this.#index = index;
    this.#map = new TileMap(index.grid, options.viewport ?? { fovX: 90, fovY: 90 });
    this.#costs = new Costs(index);
    this.#stock = new Stock(this.tiles, this.none, options.firstThroughput);
    this.#budget = new Budget(this.#stock.throughput, options.capKbps ?? 15_000);
    this.#succession = new Succession(index, this.#stock);
    this.crowd = options.crowd ?? null;
    this.regions = options.regions ?? [];
    this.slots = options.slots ?? Infinity;
    this.#margin = options.margin ?? MARGIN;
  }

  /** Whether better tiles are fetched at all: not while nobody looks (a hidden tab). */
  get rich() {
    return this.#rich;
  }

  set rich(rich) {
    // What was appended for nobody is appended again for the one who looks.
    if (rich && !this.#rich) this.#succession.voidAfter(this.segmentAt(this.#media + this.#margin) + 1);
    this.#rich = rich;
  }

  /** Most traffic in kbit/s. */
  get capKbps() {
    return this.#budget.capKbps;
  }

  set capKbps(kbps) {
    this.#budget.capKbps = kbps;
  }

  get throughput() {
    return this.#stock.throughput;
  }

  get tiles() {
    return this.#map.tiles;
  }

  /** Number of qualities; also the mark of a tile that is not there. */
  get none() {
    return this.#index.qualities.length;
  }

  /** @param {import("./geometry.js").Viewport} viewport */
  setViewport(viewport) {
    this.#map.setViewport(viewport);
  }

  /**
   * @param {number} now seconds
   * @param {number} yaw degrees
   * @param {number} pitch degrees
   */
  look(now, yaw, pitch) {
    this.#head.add(now, yaw, pitch);
  }

  /** Playing was asked for: fill the buffer. */
  hurry() {
    this.#wanted = true;
  }

  /**
   * Where the video is. After a seek everything else follows from here.
   * @param {number} now seconds
   * @param {number} mediaTime seconds
   * @param {number} rate 0 while it stands (paused, waiting), else the speed
   * @param {boolean} [paused] it stands because the person wants it to: then what stands can still be made better; a video
   *   that waits or seeks is about to play, and its decoder has begun
   */
  playhead(now, mediaTime, rate, paused = rate === 0) {
    if (rate > 0) this.#wanted = true;
    this.#media = mediaTime;
    this.#succession.playing = this.segmentAt(mediaTime);
    this.#mediaAt = now;
    this.#rate = rate;
    this.#paused = paused;
  }

  /**
   * The decoder has lost what was appended (another decoder, a cleared buffer).
   * @param {number} [from] seconds
   * @param {number} [to] seconds
   */
  forgetAppended(from = -Infinity, to = Infinity) {
    for (const segment of this.#stock.states.keys()) {
      const { start, duration } = this.#index.segments[segment];
      if (start < to && start + duration > from) this.#succession.lose(segment);
    }
  }

  /**
   * The person jumped. A decoder that has the place must decode from the last random-access picture before it: where that is far, the segment begins anew.
   * @param {number} mediaTime seconds
   */
  jumped(mediaTime) {
    const segment = this.segmentAt(mediaTime);
    const { start } = this.#index.segments[this.#succession.beginningOf(segment)];
    if (mediaTime - start > JUMP_DECODES) this.#succession.voidAfter(segment);
  }

  /** @param {number} mediaTime seconds */
  segmentAt(mediaTime) {
    const segments = this.#index.segments;
    let low = 0;
    for (let high = segments.length - 1; low < high; ) {
      const middle = (low + high + 1) >> 1;
      if (segments[middle].start <= mediaTime + 1e-3) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /**
   * @param {number} now seconds
   * @returns {Action[]} in the order in which they should be started
   */
  decide(now) {
    /** @type {Action[]} */
    const actions = [];
    const media = this.#media + (now - this.#mediaAt) * this.#rate;
    const current = this.segmentAt(media);
    const earned = this.#budget.earn(now);
    // While the picture stands, time brings allowance that nothing plays away.
    if (this.#rate === 0) for (const state of this.#stock.states.values()) state.spent = Math.max(0, state.spent - earned);
    this.#cancel(now, media, current, actions);
    this.#append(now, media, current, actions);
    const ahead = this.#beginsAt(current) ? FLOOR_AHEAD_BEGINS : !this.#wanted ? FLOOR_AHEAD_IDLE : this.#budget.slow ? FLOOR_AHEAD_SLOW : FLOOR_AHEAD;
    const segments = this.#index.segments;
    for (let s = current; s < segments.length && segments[s].start < media + ahead; s++) {
      const near = segments[s].start < media + this.#richAhead(s);
      if (!this.#stock.appended(s)) this.#askFloor(media, s, actions);
      // First a picture at all, then a better one.
      if (near && this.#succession.floorIsHere(current)) this.#askBetter(now, media, s, current, actions);
    }
    return actions;
  }

  /**
   * The driver starts a request.
   * @param {number} now seconds
   * @param {number} id
   */
  started(now, id) {
    this.#stock.started(now, id);
  }

  /**
   * Bytes came in, of any request.
   * @param {number} now seconds
   * @param {number} bytes
   */
  received(now, bytes) {
    this.throughput.received(now, bytes);
  }

  /**
   * A request is complete.
   * @param {number} now seconds
   * @param {number} id
   */
  arrived(now, id) {
    this.#stock.arrived(now, id);
  }

  /**
   * A request came to nothing. What it was for may be asked for again, unless `forGood`.
   * @param {number} now seconds
   * @param {number} id
   * @param {boolean} [forGood] the tiles are broken at their source: the qualities there are have to do
   */
  failed(now, id, forGood = false) {
    const state = this.#stock.drop(now, id, forGood);
    if (state) state.aimed = null;
  }

  /**
   * What is known about a segment; made when first asked for.
   * @param {number} segment
   * @returns {SegmentState}
   */
  state(segment) {
    return this.#stock.state(segment);
  }

  /** Segments whose tiles may be thrown away: what lies behind the playhead, and what a seek has left behind. */
  outdated() {
    const segments = this.#index.segments;
    const [from, to] = [this.#media - 1, this.#media + FLOOR_AHEAD + 4];
    const found = [];
    for (const segment of this.#stock.states.keys()) {
      const { start, duration } = segments[segment];
      if (start + duration < from || start > to) found.push(segment);
    }
    return found;
  }

  /** @param {number} segment whose tiles were thrown away */
  forget(segment) {
    this.#succession.lose(segment);
    this.#stock.forget(segment);
  }

  /**
   * How good the view is: shares of it by the quality that it looks like, in a segment as it was appended.
   * @param {number} segment
   * @param {number} yaw degrees
   * @param {number} pitch degrees
   * @returns {Float64Array} share of the view in each quality; one more at the end for what is not there
   */
  viewQuality(segment, yaw, pitch) {
    const shares = new Float64Array(this.none + 1);
    const view = this.#map.view({ yaw, pitch });
    const appended = this.#stock.appended(segment);
    for (let tile = 0; tile < view.length; tile++) shares[appended ? this.#looksLike(segment, tile, appended.errors[tile]) : this.none] += view[tile];
    return shares;
  }

  /**
   * The best quality that a tile looks like by its error; the floor where that is larger than all of theirs.
   * @param {number} segment
   * @param {number} tile
   * @param {number} error
   */
  #looksLike(segment, tile, error) {
    for (let quality = 0; quality < this.none; quality++) if (error <= this.#alike(segment, tile, quality)) return quality;
    return this.none - 1;
  }

  /**
   * The error up to which a tile looks like a quality, entered or gone on with.
   * @param {number} segment
   * @param {number} tile
   * @param {number} quality
   */
  #alike(segment, tile, quality) {
    const entered = this.#index.error(quality, segment, tile);
    return ALIKE * (this.#index.continues?.(segment) ? Math.max(entered, this.#index.error(quality, segment, tile, true)) : entered);
  }

  // --- the parts of a decision ---------------------------------------------------------------

  /** Seconds before its play that a segment's better tiles are asked for. @param {number} segment */
  #richAhead(segment) {
    const usual = this.#allowance(segment) - this.#usualFloor(segment);
    const coming = Math.max(usual, this.#index.continues && !this.#index.continues(segment) ? this.#costs.enter(segment, this.#map.view(this.#head.now)) : 0) / this.#budget.brought;
    const wanted = Math.max(RICH_LEAST, Math.min(RICH_MOST, RICH_SPARE + 1.1 * coming));
    // A decoder that reads further ahead must be served sooner.
    return (wanted + Math.max(0, this.#margin - MARGIN)) * Math.max(1, this.#rate);
  }

  /**
   * Bytes kept back for the floor that goes along with the better tiles of a segment. Where groups begin with a finer one, as if all were: more than it takes, but
   * what that leaves in the account serves groups' beginnings and turns.
   * @param {number} segment
   */
  #usualFloor(segment) {
    const { duration } = this.#index.segments[segment];
    const last = Math.min(this.#index.segments.length - 1, segment + Math.ceil(FLOOR_AHEAD_SLOW / duration));
    return this.#budget.slow && this.#succession.floorIsHere(last) ? 0 : this.#costs.playedOn(this.#affordsFine ? this.none - 2 : this.none - 1) * duration;
  }

  /** @param {number} segment */
  #allowance(segment) {
    return this.#budget.rate * this.#index.segments[segment].duration;
  }

  /**
   * Requests that cannot be of use any more make room.
   * @param {number} now
   * @param {number} media
   * @param {number} current
   * @param {Action[]} actions
   */
  #cancel(now, media, current, actions) {
    const standing = this.#paused;
    for (const request of [...this.#stock.requests.values()]) {
      const { start, duration } = this.#index.segments[request.segment];
      const gone = request.segment < current || start > media + FLOOR_AHEAD + 2 * duration;
      const late = !request.floor && !standing && this.#stock.appended(request.segment) !== null;
      if (!gone && !late) continue;
      this.#stock.drop(now, request.id);
      actions.push({ type: "cancel", id: request.id });
    }
  }

  /**
   * @param {number} now
   * @param {number} media
   * @param {number} current
   * @param {Action[]} actions
   */
  #append(now, media, current, actions) {
    for (let s = current; s < this.#index.segments.length; s++) {
      const state = this.state(s);
      const left = Math.max(0, this.#index.segments[s].start - media);
      if (state.appended) {
        if (s === current && this.#paused) this.#appendBetter(now, s, state, actions);
        continue;
      }
      if (left > this.#commit(now) || !this.#succession.floorIsHere(s) || (s === current && this.#waitsForBetter(now, s))) break;
      const views = this.slots < this.tiles ? this.#views(now, s, left) : null;
      this.#give(now, s, views ? this.#succession.entered(s, this.#bestSlots(state.have.entry, views, s)) : this.#succession.best(s), actions);
    }
  }

  /** Whether a picture is about to begin anew, and nothing plays meanwhile. @param {number} segment */
  #beginsAt(segment) {
    return this.#rate === 0 && !this.#paused && !this.#succession.follows(segment) && !this.state(segment).appended;
  }

  /** @param {number} now @param {number} segment the one to begin with, whose floor is here */
  #waitsForBetter(now, segment) {
    if (!this.#beginsAt(segment) || !this.rich || !this.#head.known) return false;
    const state = this.state(segment);
    state.waitsFrom ??= now;
    const { errors } = this.#succession.best(segment, null);
    const full = this.#map.view(this.#head.now).every((share, tile) => share === 0 || this.#looksLike(segment, tile, errors[tile]) === 0);
    if (full) return false;
    // All has come that was asked for: what the connection brings is better known now.
    if (!this.#stock.better(state).length) state.aimed = null;
    return now < state.waitsFrom + BEGINS_WITHIN;
  }

  /** Seconds before its play that a segment goes to the decoder with what is there. @param {number} now */
  #commit(now) {
    if (!this.rich) return HIDDEN_AHEAD;
    // Browsers differ in how much they want before they play.
    if (this.#rate === 0 && !this.#paused && now - this.#appendedAt > STUCK_AFTER) return STUCK_AHEAD;
    return this.#margin * Math.max(1, this.#rate) + LAST_CALL;
  }

  /**
   * The segment of a picture that stands, again, with better tiles: all of them entry tiles.
   * @param {number} now
   * @param {number} segment
   * @param {SegmentState} state
   * @param {Action[]} actions
   */
  #appendBetter(now, segment, { have, floor, appended }, actions) {
    if (floor.entry !== "here" || !appended) return;
    const views = this.#views(now, segment, 0);
    const better = this.#succession.entered(segment, this.slots < this.tiles ? this.#bestSlots(have.entry, views, segment) : have.entry.slice());
    if (this.#gain(views, appended.errors, better.errors) > WORTH) this.#give(now, segment, better, actions);
  }

  /**
   * @param {number} now
   * @param {number} segment
   * @param {import("./chain.js").Shown} shown
   * @param {Action[]} actions
   */
  #give(now, segment, shown, actions) {
    this.#succession.give(segment, shown);
    this.#appendedAt = now;
    // What was asked for the next one may have counted on tiles that did not come in time.
    const next = this.#stock.states.get(segment + 1);
    if (next?.after?.errors.some((error, tile) => shown.errors[tile] > error)) next.aimed = null;
    actions.push({ type: "append", segment, picks: shown.picks.slice(), continued: shown.continued.slice() });
  }

  /**
   * What of that which is there goes into a picture with few slots: what is looked at.
   * @param {Int8Array} have
   * @param {import("./plan.js").ExpectedView[]} views
   * @param {number} segment
   */
  #bestSlots(have, views, segment) {
    const weights = new Float64Array(this.tiles);
    for (const { weight, shares } of views) for (let tile = 0; tile < weights.length; tile++) weights[tile] += weight * shares[tile];
    for (const tile of this.#always(this.#index.segments[segment])) weights[tile] += 1;
    const floor = this.none - 1;
    const order = [...have.keys()].filter((tile) => have[tile] < floor).sort((a, b) => weights[b] - weights[a]);
    const picks = new Int8Array(this.tiles).fill(floor);
    for (const tile of order.slice(0, this.slots)) picks[tile] = have[tile];
    return picks;
  }

  /**
   * @param {number} media
   * @param {number} segment
   * @param {Action[]} actions
   * @param {boolean} [entry] the floor to enter with, also where another one is there to go on with
   */
  #askFloor(media, segment, actions, entry = !this.#succession.goesOn(segment)) {
    const { floor } = this.state(segment);
    if (floor.entry !== "no" || (!entry && floor.continued !== "no") || this.#stock.requests.size >= MOST_REQUESTS) return;
    if (this.#stock.floorsUnderWay >= MOST_FLOORS) return;
    const soon = this.#rate === 0 || this.#index.segments[segment].start - media < FINE_FLOOR_SOON;
    const quality = entry && !soon && this.#affordsFine ? this.none - 2 : this.none - 1;
    const bytes = this.#costs.floor(segment, quality, !entry);
    this.#ask({ segment, quality, first: 0, last: this.tiles - 1, bytes, deadline: Infinity, floor: true, continued: !entry }, actions);
  }

  /** Whether the last quality but one is cheap enough to have all tiles in it. */
  get #affordsFine() {
    return !this.#index.floorBytes && this.none > 2 && this.#costs.playedOn(this.none - 2) <= FINE_FLOOR * this.#budget.rate;
  }

  /** Seconds from a segment's beginning to the end of its group. @param {number} segment */
  #groupLeft(segment) {
    const { segments } = this.#index;
    let seconds = segments[segment].duration;
    for (let s = segment + 1; s < segments.length && this.#index.continues?.(s); s++) seconds += segments[s].duration;
    return seconds;
  }

  /**
   * @param {number} now
   * @param {number} media
   * @param {number} segment
   * @param {number} current
   * @param {Action[]} actions
   */
  #askBetter(now, media, segment, current, actions) {
    if (!this.rich || !this.#head.known || this.#stock.requests.size >= MOST_REQUESTS) return;
    const { start, duration } = this.#index.segments[segment];
    const standing = this.#paused;
    const state = this.state(segment);
    const begins = segment === current && this.#beginsAt(segment);
    const seconds = (start - media) / (this.#rate || 1);
    // While it stands the whole of the segment is still to be seen, the current one too.
    const time = standing ? Math.max(1, seconds) : begins ? BEGINS_WITHIN - (now - (state.waitsFrom ?? now)) : seconds - this.#margin;
    if (time <= 0.02 || ((segment === current || state.appended) && !standing && !begins)) return;
    const ahead = Math.max(0, seconds) + duration / 2;
    const view = predictView(this.#head, now, ahead);
    if (!standing && state.aimed && angleBetween(state.aimed, view) < REAIM) return;
    const views = this.#views(now, segment, Math.max(0, seconds));
    if (state.aimed && angleBetween(state.aimed, view) > TURNED) this.#dropStale(now, state, views, actions);
    // A picture that stands gets better with entry tiles only.
    const before = standing ? null : this.#succession.before(segment);
    const wanted = this.#plan(state, segment, { view, views, time, before });
    if (!wanted) return;
    if (standing && state.floor.entry !== "here") return this.#askFloor(media, segment, actions, true);
    state.planned ??= view;
    state.aimed = view;
    state.after = before;
    const deadline = standing ? Infinity : now + time;
    const runs = this.#costs.runs(wanted, segment);
    const marked = this.#always(this.#index.segments[segment]);
    const worth = (/** @type {{ first: number, last: number, bytes: number }} */ { first, last, bytes }) => {
      let share = 0;
      for (const tile of marked) if (tile >= first && tile <= last) share++;
      for (const { weight, shares } of views) for (let tile = first; tile <= last; tile++) share += weight * shares[tile];
      return share / bytes;
    };
    runs.sort((a, b) => worth(b) - worth(a));
    for (const run of runs) {
      if (state.requests.size >= MOST_AT_ONCE) {
        state.aimed = null;
        break;
      }
      this.#ask({ segment, ...run, deadline, floor: false }, actions);
    }
  }

  /**
   * After a turn, what was asked for the view before it makes room.
   * @param {number} now
   * @param {SegmentState} state
   * @param {import("./plan.js").ExpectedView[]} views
   * @param {Action[]} actions
   */
  #dropStale(now, state, views, actions) {
    for (const { id, first, last } of this.#stock.better(state)) {
      let share = 0;
      for (const { weight, shares } of views) for (let tile = first; tile <= last; tile++) share += weight * shares[tile];
      if (share >= STALE) continue;
      this.#stock.drop(now, id);
      actions.push({ type: "cancel", id });
    }
  }

  /**
   * The views to expect while a segment plays.
   * @param {number} now
   * @param {number} segment
   * @param {number} left seconds until it plays
   * @returns {import("./plan.js").ExpectedView[]}
   */
  #views(now, segment, left) {
    const { start, duration } = this.#index.segments[segment];
    const views = expectedViews(this.#head, now, left, duration, { crowd: this.crowd, mediaTime: start + duration / 2 });
    return views.map(({ weight, ...direction }) => ({ weight, shares: this.#map.view(direction) }));
  }

  /**
   * What the views gain by other tiles, in nepers of their error.
   * @param {import("./plan.js").ExpectedView[]} views
   * @param {ArrayLike<number>} before errors of the tiles
   * @param {ArrayLike<number>} after
   */
  #gain(views, before, after) {
    let gain = 0;
    for (const view of views) gain += view.weight * Math.log(errorOf(view, before) / errorOf(view, after));
    return gain;
  }

  /**
   * @param {SegmentState} state
   * @param {number} segment
   * @param {object} expected
   * @param {{ yaw: number, pitch: number }} expected.view
   * @param {import("./plan.js").ExpectedView[]} expected.views
   * @param {number} expected.time seconds until it must be there
   * @param {import("./chain.js").Shown | null} expected.before what it can go on from
   * @returns {(import("./plan.js").Choice | null)[] | null} what to ask for of each tile, when it is worth asking
   */
  #plan(state, segment, { view, views, time, before }) {
    // Where the very first picture begins, nobody knows the connection yet: what does not come in time is cancelled.
    const unknown = this.#beginsAt(segment) && !this.throughput.known;
    const allowance = unknown ? this.#budget.capped * this.#index.segments[segment].duration : this.#allowance(segment);
    const turned = state.planned !== null && angleBetween(state.planned, view) > TURNED;
    const credit = turned ? TURN_CREDIT * allowance : 0;
    const usual = this.#rate === 0 ? 0 : this.#budget.carried - this.#usualFloor(segment);
    const byCap = allowance - state.spent + usual + credit;
    const byNetwork = unknown ? Infinity : this.#budget.brought * time - this.#stock.underWay(segment);
    const budget = Math.min(byCap, byNetwork);
    if (budget <= 0) return null;
    const always = this.#always(this.#index.segments[segment]);
    const have = this.#succession.expected(segment, before).errors;
    const { picks, errors } = planTiles({
      tiles: this.tiles, choices: (tile) => this.#succession.choices(segment, tile, before), views, budget,
      seconds: this.#paused ? PAUSED_FOR : Math.min(LOOKED_AT_FOR, this.#groupLeft(segment)), have, always, shut: state.shut, most: this.slots,
    });
    for (const tile of always) if (picks[tile]) return picks;
    // A picture that stands is compared with what is seen of it, not with the entry tiles that have come.
    return this.#gain(views, (this.#paused && state.appended?.errors) || have, errors) > WORTH ? picks : null;
  }

  /** @param {SegmentFacts} segment */
  #always({ start, duration }) {
    const tiles = new Set();
    for (const box of boxesWithin(this.regions, start, start + duration))
      for (const tile of tilesOfRegion(this.#map, box)) tiles.add(tile);
    return tiles;
  }

  /**
   * @param {Omit<FetchAction, "type" | "id">} request
   * @param {Action[]} actions
   */
  #ask(request, actions) {
    this.#budget.spend(request.bytes);
    actions.push(this.#stock.ask(request));
  }
}

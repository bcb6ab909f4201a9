// The player's own decisions for the measurement harness: one JSON line in, one JSON line out.
//
//   {"index": …, "options": …}            a new session (options as Scheduler takes them)      -> {"tiles", "segments"}
//   {"now", "look"?, "playhead"?, "events"?}  what happened, then decide(now)                  -> {"actions"}
//
// Times are seconds on one clock. `events`, each with its time: ["started", id, time],
// ["received", bytes, time], ["arrived", id, time], ["failed", id, time].
import { createInterface } from "node:readline";

import { TiledIndex } from "../../static/js/player/tiled/index.js";
import { Scheduler } from "../../static/js/player/tiled/scheduler.js";

/** What the scheduler reads of an index. @param {any} given parsed index.json */
function facts(given) {
  const index = new TiledIndex(given);
  return {
    grid: index.grid,
    qualities: index.qualities,
    segments: index.segments,
    size: (quality, segment, tile, continued) => index.size(quality, segment, tile, continued),
    error: (quality, segment, tile, continued) => index.error(quality, segment, tile, continued),
    continues: (segment) => index.continues(segment),
  };
}

let scheduler;
const answers = {
  index({ index, options }) {
    const read = facts(index);
    scheduler = new Scheduler(read, options);
    return { tiles: scheduler.tiles, segments: read.segments.length };
  },
  now({ now, look, playhead, hurry, events }) {
    if (hurry) scheduler.hurry();
    if (look) scheduler.look(now, look[0], look[1]);
    for (const [kind, value, time] of events ?? []) scheduler[kind](time, value);
    if (playhead) scheduler.playhead(now, ...playhead);
    const actions = scheduler.decide(now);
    for (const segment of scheduler.outdated()) scheduler.forget(segment);
    return {
      actions: actions.map((action) =>
        action.picks ? { ...action, picks: Array.from(action.picks), continued: Array.from(action.continued) } : action,
      ),
      throughput: scheduler.throughput.estimate,
    };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const said = JSON.parse(line);
  const kind = Object.keys(answers).find((name) => name in said);
  process.stdout.write(`${JSON.stringify(answers[kind](said))}\n`);
}

// Plays runs with the client's engine for test_client_engine.py: one JSON request a line, one answer a line.
import { createInterface } from "node:readline";
import { eventFrom } from "../../static/js/stage/engine/events.js";
import { RunLog } from "../../static/js/stage/engine/log.js";
import { resultOf } from "../../static/js/stage/engine/offline.js";
import { reasonText, score } from "../../static/js/stage/engine/score.js";
import { entries, view } from "../../static/js/stage/engine/view.js";

const tables = new Map();

function play({ table, options, arriving, looks }) {
  const log = new RunLog(tables.get(table), options);
  const receipts = arriving.map((said) => log.receive(eventFrom(said)));
  const ordered = new RunLog(tables.get(table), options).run;
  const states = [];
  let next = 0;
  for (const t of looks) {
    while (next < log.events.length && log.events[next].t_s <= t) ordered.feed(log.events[next++]);
    ordered.advance(t);
    states.push(view(ordered));
  }
  log.run.finish();
  const marked = score(log.run);
  return {
    receipts,
    states,
    entries: entries(log.run),
    result: resultOf(log.run),
    total: marked.total,
    passed: marked.passed,
    caps: marked.caps,
    objectives: marked.objectives.map((m) => [m.objective.id, m.credit, m.points, reasonText(log.run, m.reason, "en")]),
    hands: [marked.hands.ccf, marked.hands.longestS],
  };
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  if (request.define) tables.set(request.define.hash, request.define);
  console.log(JSON.stringify(request.define ? null : play(request)));
}

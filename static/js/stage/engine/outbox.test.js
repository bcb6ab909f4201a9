import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { OfflineRuns } from "./offline.js";
import { Outbox } from "./outbox.js";

const HEAD = { client_run_id: "run-1", scenario: "small", version: 1, table: "hash", mode: "exam", profile: "cn", seed: 7, started_at: "2026-11-22T10:00:00Z", lesson: null };
const EVENTS = [0, 1, 2].map((seq) => ({ seq, t: seq, kind: "action", action: "help" }));
const TABLE = { id: "small", hash: "hash", version: 1, objectives: [], critical_errors: [], modes: { exam: { pass_mark: 75 } } };
const RUN = { table: TABLE, mode: "exam", timeline: [{ t_s: 0, kind: "state", what: "begin" }], outcome: "improved", t_s: 3, compressions: [], critical: new Map(), handsOffOrdered: [], timesOf: () => [], constants: { pause_from_s: 1.5 } };
const taken = () => new Response(JSON.stringify({ run: { id: "server-run" } }), { status: 201 });

let sent;

beforeEach(() => {
  sent = [];
  globalThis.indexedDB = new IDBFactory();
});

function played(post, options) {
  const waits = [];
  const outbox = new Outbox(post, (waiting) => waits.push(waiting), "ben", { wait: async () => {}, ...options });
  outbox.begin(TABLE, HEAD);
  for (const event of EVENTS) outbox.add(event);
  return { outbox, waits };
}

test("a run that is over is handed in whole, in order, and kept no longer", async () => {
  const { outbox, waits } = played(async (body) => (sent.push(body), taken()));
  assert.deepEqual(await outbox.finish(RUN), { id: "server-run" });
  assert.deepEqual([sent[0].events, sent[0].result.outcome, sent[0].seed], [EVENTS, "improved", 7]);
  assert.deepEqual(waits, [false]);
  assert.deepEqual(await outbox._store.waiting(), []);
});

test("without a network it waits, says so, and goes on by itself", async () => {
  let tries = 0;
  const post = async () => {
    tries += 1;
    if (tries < 3) throw new TypeError("fetch failed");
    return taken();
  };
  const { outbox, waits } = played(post);
  assert.deepEqual(await outbox.finish(RUN), { id: "server-run" });
  assert.deepEqual(waits, [true, true, false]);
});

test("a tab that is closed before the network is back leaves the run to the next page", async () => {
  const never = async () => {
    throw new TypeError("fetch failed");
  };
  const { outbox } = played(never, { wait: () => new Promise(() => {}) });
  void outbox.finish(RUN);
  while (!(await (await OfflineRuns.open()).waiting()).length) await new Promise((again) => setTimeout(again, 1));
  const post = async (body) => (sent.push(body), taken());
  await new Outbox(post, () => {}, "anna")._work;
  assert.deepEqual(sent, [], "somebody else at the same device");
  await new Outbox(post, () => {}, "ben")._work;
  assert.deepEqual(sent.map((body) => [body.client_run_id, body.events, body.owner]), [["run-1", EVENTS, undefined]]);
});

test("where the browser keeps nothing the run is handed in from memory", async () => {
  const open = () => Promise.reject(new Error("private window"));
  const { outbox } = played(async (body) => (sent.push(body), taken()), { open });
  assert.deepEqual(await outbox.finish(RUN), { id: "server-run" });
  assert.deepEqual(sent[0].events, EVENTS);
});

test("a run that the server refuses ends the waiting", async () => {
  const { outbox, waits } = played(async () => new Response(JSON.stringify({ code: "unknown_scenario" }), { status: 404 }));
  assert.equal(await outbox.finish(RUN), null);
  assert.deepEqual(waits, [false]);
});

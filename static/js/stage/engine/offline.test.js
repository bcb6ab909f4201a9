import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { OfflineRuns } from "./offline.js";

const HEAD = {
  client_run_id: "8b0c2c3e-0000-4000-8000-000000000001",
  scenario: "small",
  version: 1,
  table: "hash-1",
  mode: "exam",
  profile: "cn",
  seed: 7,
  started_at: "2026-11-22T10:00:00Z",
  lesson: null,
};
const RESULT = { outcome: "improved", score: 90, ended_s: 20, states: [[0, "begin"]] };
const EVENT = { seq: 0, t: 3.2, kind: "action", action: "help" };

const answer = (status, body) => async () => new Response(JSON.stringify(body), { status });

let runs;
let nowMs;

beforeEach(async () => {
  runs?.close();
  indexedDB.deleteDatabase("vrtraining-scenarios");
  nowMs = 0;
  runs = await OfflineRuns.open();
  runs._now = () => nowMs;
});

async function played() {
  await runs.begin(HEAD);
  await runs.add(HEAD.client_run_id, EVENT);
  await runs.finish(HEAD.client_run_id, RESULT);
}

test("a finished run is handed in whole and then forgotten", async () => {
  await played();
  const sent = [];
  const outcomes = await runs.handIn(async (body) => {
    sent.push(body);
    return new Response(JSON.stringify({ run: { id: "x" } }), { status: 201 });
  });
  assert.deepEqual(sent, [{ ...HEAD, events: [EVENT], result: RESULT }]);
  assert.deepEqual(outcomes[0].card, { id: "x" });
  assert.deepEqual(await runs.waiting(), []);
});

test("without a network, and while the server is down or the person signed out, the run waits", async () => {
  await played();
  const noNetwork = async () => {
    throw new TypeError("fetch failed");
  };
  for (const post of [noNetwork, answer(503, {}), answer(403, { code: "sign_in" }), answer(429, {})]) {
    assert.equal((await runs.handIn(post))[0].status, "later");
  }
  assert.equal((await runs.waiting()).length, 1);
});

test("a run that the server refuses stays with the reason and is not sent again", async () => {
  await played();
  assert.equal((await runs.handIn(answer(403, { code: "not_yours" })))[0].status, "refused");
  await played();
  assert.equal((await runs.handIn(answer(404, { code: "unknown_scenario" })))[0].code, "unknown_scenario");
  assert.deepEqual(await runs.handIn(answer(201, {})), []);
  assert.equal((await runs.refused())[0].refused, "unknown_scenario");
  await runs.forget(HEAD.client_run_id);
  assert.deepEqual(await runs.refused(), []);
});

test("a run that is going on in another tab is left alone; one whose tab is gone is handed in as far as it got", async () => {
  await runs.begin(HEAD);
  await runs.add(HEAD.client_run_id, EVENT);
  assert.deepEqual(await runs.waiting(), []);
  nowMs = 11 * 60 * 1000;
  const sent = [];
  await runs.handIn(async (body) => {
    sent.push(body);
    return new Response(JSON.stringify({ run: {} }), { status: 201 });
  });
  assert.deepEqual(sent[0].events, [EVENT]);
});

test("a browser that is opened again finds what was kept", async () => {
  await played();
  runs.close();
  runs = await OfflineRuns.open();
  assert.equal((await runs.waiting())[0].seed, 7);
});

test("a new table replaces the old one unless a kept run was played by it", async () => {
  const table = (hash, version) => ({ id: "small", hash, version });
  await runs.keepTable(table("hash-0", 1));
  await runs.keepTable(table("hash-1", 2));
  await runs.begin(HEAD);
  await runs.keepTable(table("hash-2", 3));
  assert.equal((await runs.tableOf("small")).hash, "hash-2");
  const index = runs._database.transaction("tables").objectStore("tables").getAllKeys();
  const keys = await new Promise((resolve) => (index.onsuccess = () => resolve(index.result)));
  assert.deepEqual(keys, ["hash-1", "hash-2"]);
});

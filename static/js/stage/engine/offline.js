/**
 * Runs that are played without a network: their tables, and their logs as they grow, kept in the browser (IndexedDB) until
 * the server has them. A tab that is closed, or a browser that crashes, in mid-run loses nothing that was done: the log is
 * handed in, as far as it got, when the page is open again. Handing in twice does no harm: the server knows the run by its
 * `client_run_id` (docs/scenarios-protocol.md, offline runs).
 */

import { eventFrom } from "./events.js";
import { replay } from "./log.js";
import { score } from "./score.js";

/**
 * @typedef {import("./table.js").Table} Table
 * @typedef {import("./run.js").Run} Run
 * @typedef {{ client_run_id: string, scenario: string, version: number, table: string, mode: string, profile: string,
 *   seed: number, started_at: string, lesson: string | null }} Head what a run is, as the protocol names it
 * @typedef {Head & { owner: string, touched: number, result: Record<string, any> | null, refused: string | null }} Kept
 * @typedef {(body: Record<string, any>) => Promise<Response>} Post
 * @typedef {{ status: "taken" | "refused" | "later", card: any, code: string | null }} Offer card: the run card, when taken
 * @typedef {Offer & { head: Head }} Outcome
 */

const NAME = "vrtraining-scenarios";
const VERSION = 1;
/** A run without a result that nobody added to for so long was left: its tab is gone. */
const LEFT_AFTER_MS = 10 * 60 * 1000;

/** What the client found out about a finished run, for the server to compare. @param {Run} run */
export function resultOf(run) {
  const states = run.timeline.filter((entry) => entry.kind === "state").map((entry) => [entry.t_s, entry.what]);
  return { outcome: run.outcome, score: score(run).total, ended_s: run.t_s, states };
}

/**
 * Offers a run to the server. "later": no network, signed out, too many at once, or the server is down; the same body may be
 * taken another time.
 * @param {Post} post
 * @param {Record<string, any>} body
 * @returns {Promise<Offer>}
 */
export async function offered(post, body) {
  /** @type {Response} */
  let answer;
  try {
    answer = await post(body);
  } catch {
    return { status: "later", card: null, code: null };
  }
  const said = await answer.json().catch(() => ({}));
  if (answer.ok) return { status: "taken", card: said.run, code: null };
  const isLater = answer.status >= 500 || [401, 408, 429].includes(answer.status) || isSignedOut(answer.status, said.code);
  return { status: isLater ? "later" : "refused", card: null, code: said.code ?? String(answer.status) };
}

/** @param {number} status @param {string | undefined} code */
const isSignedOut = (status, code) => status === 403 && code !== "not_yours";

export class OfflineRuns {
  /** @param {IDBDatabase} database @param {() => number} [now] milliseconds */
  constructor(database, now = Date.now) {
    this._database = database;
    this._now = now;
  }

  /**
   * Opens what is kept in this browser. Rejects where the browser keeps nothing (some private windows).
   * @param {IDBFactory} [factory]
   */
  static async open(factory = indexedDB) {
    const request = factory.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("tables", { keyPath: "hash" }).createIndex("scenario", "id");
      request.result.createObjectStore("runs", { keyPath: "client_run_id" });
      request.result.createObjectStore("events", { keyPath: ["client_run_id", "seq"] });
    };
    return new OfflineRuns(await settled(request));
  }

  /** Keeps a table, in place of older ones of its scenario that no kept run needs. @param {Table} table */
  async keepTable(table) {
    const needed = new Set((await this._all("runs")).map((run) => run.table));
    const stores = this._database.transaction("tables", "readwrite");
    const tables = stores.objectStore("tables");
    for (const old of await settled(tables.index("scenario").getAll(table.id))) {
      if (old.hash !== table.hash && !needed.has(old.hash)) tables.delete(old.hash);
    }
    tables.put(table);
    await finished(stores);
  }

  /**
   * The table that was kept last for a scenario, or null.
   * @param {string} scenario
   * @returns {Promise<Table | null>}
   */
  async tableOf(scenario) {
    const index = this._database.transaction("tables").objectStore("tables").index("scenario");
    const tables = /** @type {Table[]} */ (await settled(index.getAll(scenario)));
    return tables.sort((a, b) => b.version - a.version)[0] ?? null;
  }

  /**
   * A run begins.
   * @param {Head} head
   * @param {string} [owner] who plays it: on a shared device nobody's run is handed in by somebody else
   */
  async begin(head, owner = "") {
    await this._put("runs", { ...head, owner, touched: this._now(), result: null, refused: null });
  }

  /**
   * Something was done; in the browser's store before it resolves.
   * @param {string} runId client_run_id
   * @param {Record<string, any>} event as it travels (events.js: messageOf)
   */
  async add(runId, event) {
    const stores = this._database.transaction(["runs", "events"], "readwrite");
    stores.objectStore("events").put({ client_run_id: runId, seq: event.seq, event });
    const runs = stores.objectStore("runs");
    const kept = /** @type {Kept | undefined} */ (await settled(runs.get(runId)));
    if (kept) runs.put({ ...kept, touched: this._now() });
    await finished(stores);
  }

  /** The run ended. @param {string} runId @param {Record<string, any>} result see resultOf() */
  async finish(runId, result) {
    const stores = this._database.transaction("runs", "readwrite");
    const kept = await settled(stores.objectStore("runs").get(runId));
    if (kept) stores.objectStore("runs").put({ ...kept, touched: this._now(), result });
    await finished(stores);
  }

  /** Runs that the server does not have yet. @returns {Promise<Kept[]>} */
  async waiting() {
    return (await this._all("runs")).filter((run) => run.refused === null && this._isOver(run));
  }

  /** Runs that the server refused, with its code: a person decides what becomes of them. @returns {Promise<Kept[]>} */
  async refused() {
    return (await this._all("runs")).filter((run) => run.refused !== null);
  }

  /**
   * Hands in what waits of a person. A run goes from here only when the server took it; one that it refuses stays, with the
   * reason.
   * @param {Post} post sends a body to `offline-runs/`; rejects without a network
   * @param {string} [owner]
   * @returns {Promise<Outcome[]>}
   */
  async handIn(post, owner = "") {
    const outcomes = [];
    for (const kept of await this.waiting()) if (kept.owner === owner) outcomes.push(await this._handInOne(kept, post));
    return outcomes;
  }

  /** Forgets a run for good. @param {string} runId */
  async forget(runId) {
    const stores = this._database.transaction(["runs", "events"], "readwrite");
    stores.objectStore("runs").delete(runId);
    stores.objectStore("events").delete(IDBKeyRange.bound([runId, 0], [runId, Infinity]));
    await finished(stores);
  }

  close() {
    this._database.close();
  }

  /** @param {Kept} kept @param {Post} post @returns {Promise<Outcome>} */
  async _handInOne(kept, post) {
    const { owner: _owner, touched: _touched, refused: _refused, result, ...head } = kept;
    const events = await this._eventsOf(kept.client_run_id);
    const offer = await offered(post, { ...head, events, result: result ?? (await this._resultOfLeft(head, events)) });
    if (offer.status === "taken") await this.forget(kept.client_run_id);
    if (offer.status === "refused") await this._put("runs", { ...kept, refused: offer.code ?? "refused" });
    return { head, ...offer };
  }

  /**
   * What became of a run that was left in the middle: nobody did anything more.
   * @param {Head} head @param {Record<string, any>[]} events
   */
  async _resultOfLeft(head, events) {
    const table = await settled(this._database.transaction("tables").objectStore("tables").get(head.table));
    if (!table) return {};
    return resultOf(replay(table, events.map((event) => eventFrom(event)), head));
  }

  /** @param {string} runId @returns {Promise<Record<string, any>[]>} */
  async _eventsOf(runId) {
    const events = this._database.transaction("events").objectStore("events");
    const rows = await settled(events.getAll(IDBKeyRange.bound([runId, 0], [runId, Infinity])));
    return rows.map((row) => row.event);
  }

  /** @param {Kept} run */
  _isOver(run) {
    return run.result !== null || this._now() - run.touched > LEFT_AFTER_MS;
  }

  /** @param {"runs"} store @returns {Promise<Kept[]>} */
  async _all(store) {
    return settled(this._database.transaction(store).objectStore(store).getAll());
  }

  /** @param {"runs"} store @param {Kept} value */
  async _put(store, value) {
    const stores = this._database.transaction(store, "readwrite");
    stores.objectStore(store).put(value);
    await finished(stores);
  }
}

/**
 * @template Value
 * @param {IDBRequest<Value>} request
 * @returns {Promise<Value>}
 */
function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** @param {IDBTransaction} transaction @returns {Promise<void>} */
function finished(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
}

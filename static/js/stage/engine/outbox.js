/**
 * The run that is being played without a server: kept as it goes, handed in when it is over and there is a network. Where
 * the browser keeps nothing it is held in memory, and handed in all the same.
 */

import { OfflineRuns, offered, resultOf } from "./offline.js";

/** @typedef {import("./offline.js").Head} Head @typedef {import("./offline.js").Post} Post */

const AGAIN_MS = 5000;

export class Outbox {
  /**
   * @param {Post} post sends a body to `offline-runs/`
   * @param {(waits: boolean) => void} onWaiting true: the run is over and the server does not have it; false: it has
   * @param {string} owner who plays, "" without an account: earlier runs of theirs are handed in now
   * @param {{ open?: () => Promise<OfflineRuns>, wait?: () => Promise<void> }} [options]
   */
  constructor(post, onWaiting, owner, { open = () => OfflineRuns.open(), wait = aWhile } = {}) {
    this._owner = owner;
    this._post = post;
    this._onWaiting = onWaiting;
    this._wait = wait;
    /** @type {Head | null} */
    this._head = null;
    /** @type {Record<string, any>[]} */
    this._events = [];
    /** @type {OfflineRuns | null} */
    this._store = null;
    // One thing after the other, so that events lie in the store in the order in which they were done.
    /** @type {Promise<unknown>} */
    this._work = open().then(
      (store) => {
        this._store = store;
        return store.handIn(post, owner);
      },
      () => {},
    );
  }

  /** @param {import("./table.js").Table} table @param {Head} head */
  begin(table, head) {
    this._head = head;
    this._do(async (store) => {
      await store.keepTable(table);
      await store.begin(head, this._owner);
    });
  }

  /** @param {Record<string, any>} event as it travels (events.js: messageOf) */
  add(event) {
    const { _head: head } = this;
    if (!head) return;
    this._events.push(event);
    this._do((store) => store.add(head.client_run_id, event));
  }

  /**
   * The run is over. Resolves with the server's run card, or null when the server refused the run; until one of both it is
   * offered again and again.
   * @param {import("./run.js").Run} run
   * @returns {Promise<any>}
   */
  async finish(run) {
    const { _head: head } = this;
    if (!head) return null;
    const result = resultOf(run);
    this._do((store) => store.finish(head.client_run_id, result));
    await this._work;
    for (;;) {
      const offer = await this._offer({ ...head, events: this._events, result });
      if (offer.status !== "later") {
        this._onWaiting(false);
        return offer.card;
      }
      this._onWaiting(true);
      await this._wait();
    }
  }

  /** @param {Record<string, any>} body */
  async _offer(body) {
    const offer = await offered(this._post, body);
    // Refused for good or taken: either way the person was told, and the store need not keep it.
    if (offer.status !== "later") await this._store?.forget(body.client_run_id).catch(() => {});
    return offer;
  }

  /** @param {(store: OfflineRuns) => Promise<void>} doing */
  _do(doing) {
    this._work = this._work.then(() => this._store && doing(this._store)).catch(() => {
      this._store = null; // The disk is full or the person wiped it: memory has the run.
    });
  }
}

/** Until the next try: some seconds, or the moment at which the network is back. @returns {Promise<void>} */
function aWhile() {
  return new Promise((again) => {
    setTimeout(again, AGAIN_MS);
    window.addEventListener("online", () => again(), { once: true });
  });
}

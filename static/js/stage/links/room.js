/** A run in a room on the server (docs/scenarios-protocol.md). Lost connections are taken up again; nothing counts twice. */

import { clock } from "../clock.js";
import { readPoses } from "../together/record.js";
import { Link, OLD_NEWS_S } from "./link.js";

const AGAIN_MS = [500, 1000, 2000, 4000, 8000];
const BATCH_MS = 40;
/** Close codes after which coming back makes no sense. */
/** @type {Record<number, import("./link.js").Trouble>} */
const FINAL = { 4403: "refused", 4404: "gone", 4409: "elsewhere" };

export class RoomLink extends Link {
  #address;
  /** @type {WebSocket | null} */
  #socket = null;
  #attempts = 0;
  #timer = 0;
  #closed = false;
  #seq = 0;
  /** @type {Map<number, Record<string, any>>} events without a receipt */
  #unconfirmed = new Map();
  /** @type {Set<number>} */
  #fresh = new Set();
  #flush = 0;
  #rev = -1;
  #n = -1;
  #elapsed = 0;
  #since = 0;
  #welcomed = false;

  /**
   * @param {import("./link.js").Table} table
   * @param {any} card run card
   */
  constructor(table, card) {
    super(table, card);
    this.#address = new URL(card.ws, location.href.replace(/^http/, "ws")).href;
    this.shared = (card.team?.length ?? 1) > 1 || Boolean(card.code);
    this.#takeCard(card);
    this.#connect();
  }

  /** @param {any} card */
  #takeCard(card) {
    this.team = card.team ?? [];
    if (!card.you) {
      this.kind = "instructor";
      return;
    }
    this.actor = card.you.actor;
    this.slot = card.you.slot;
    this.role = card.you.role ?? "";
    this.kind = card.you.kind;
    this.#seq = Math.max(this.#seq, card.you.next_seq ?? 0);
  }

  get t() {
    return this.#elapsed + (this.phase === "running" ? (clock.now() - this.#since) / 1000 : 0);
  }

  #connect() {
    const socket = new WebSocket(this.#address);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    this.#welcomed = false;
    socket.addEventListener("open", () => this.#write({ type: "hello", have: this.#rev < 0 ? null : { rev: this.#rev, n: this.#n } }));
    socket.addEventListener("message", ({ data }) => (typeof data === "string" ? this.#read(JSON.parse(data)) : this.#readPoses(data)));
    socket.addEventListener("close", ({ code }) => this.#lost(code));
  }

  /** @param {number} code */
  #lost(code) {
    if (this.#closed) return;
    if (FINAL[code]) {
      this.#closed = true;
      this.tell("onTrouble", FINAL[code]);
      return;
    }
    if (this.phase === "ended") return;
    this.tell("onTrouble", "offline");
    const wait = AGAIN_MS[Math.min(this.#attempts++, AGAIN_MS.length - 1)];
    this.#timer = window.setTimeout(() => this.#connect(), wait);
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#socket?.close();
  }

  /** @param {any} message */
  #read(message) {
    switch (message.type) {
      case "welcome": return this.#welcome(message);
      case "snapshot": return this.#snapshot(message);
      case "delta": return this.#delta(message);
      case "receipts": return message.receipts.forEach(this.#confirm);
      case "team":
        this.team = message.team;
        this.role = this.team.find(({ actor }) => actor === this.actor)?.role ?? this.role;
        return this.tell("onTeam", this.team);
      case "said": return this.tell("onSaid", message.from, message.name, message.text);
      case "signal": return this.tell("onSignal", message.from, message.data);
      case "ended":
        this.setPhase("ended");
        return this.tell("onEnded", { outcome: message.outcome, score: message.score, passed: message.passed, run: null });
    }
  }

  /** @param {any} message */
  #welcome({ card }) {
    this.#attempts = 0;
    this.#welcomed = true;
    this.#takeCard(card);
    this.tell("onTrouble", null);
    this.tell("onTeam", this.team);
    for (const seq of this.#unconfirmed.keys()) this.#fresh.add(seq);
    this.#send();
  }

  /** @param {any} message */
  #snapshot({ rev, n, phase, t, state, entries }) {
    const known = this.#rev >= 0 ? this.entries.length : 0;
    const isNewPast = rev !== this.#rev;
    this.#rev = rev;
    this.#n = n;
    this.state = state;
    this.entries = entries;
    this.#clock(phase, t);
    this.tell("onState", state);
    if (isNewPast) this.tell("onPast", entries);
    this.#news(entries.slice(known));
  }

  /** @param {any} message */
  #delta({ rev, n, phase, t, set, from, entries }) {
    if (rev !== this.#rev || n !== this.#n + 1 || from > this.entries.length) {
      this.#write({ type: "hello", have: { rev: this.#rev, n: this.#n } });
      return;
    }
    this.#n = n;
    this.state = { ...this.state, ...set };
    this.entries.splice(from, Infinity, ...entries);
    this.#clock(phase, t);
    this.tell("onState", this.state);
    this.#news(entries);
  }

  /** @param {import("./link.js").Entry[]} entries */
  #news(entries) {
    const fresh = entries.filter(({ t_s, kind }) => kind === "state" || t_s > this.t - OLD_NEWS_S);
    if (fresh.length) this.tell("onEntries", fresh);
  }

  /** @param {import("./link.js").Phase} phase @param {number} t */
  #clock(phase, t) {
    // The server's time reaches us late: our clock never goes back for that, unless it is far off.
    const now = this.t;
    this.#elapsed = phase === "running" && this.phase === "running" && now > t && now - t < 1 ? now : t;
    this.#since = clock.now();
    this.setPhase(phase);
  }

  #confirm = (/** @type {{ seq: number }} */ { seq }) => {
    this.#unconfirmed.delete(seq);
  };

  /** @param {Record<string, any>} event @param {number} [at] */
  send(event, at) {
    if (this.phase !== "running" && event.kind !== "direct") return;
    const seq = this.#seq++;
    this.#unconfirmed.set(seq, { ...event, seq, t: Math.round(1000 * Math.max(0, at ?? this.t)) / 1000 });
    this.#fresh.add(seq);
    this.#flush ||= window.setTimeout(this.#send, BATCH_MS);
  }

  #send = () => {
    this.#flush = 0;
    if (!this.#welcomed) return;
    const seqs = [...this.#fresh].sort((a, b) => a - b);
    this.#fresh.clear();
    for (let i = 0; i < seqs.length; i += 200)
      this.#write({ type: "events", events: seqs.slice(i, i + 200).map((seq) => this.#unconfirmed.get(seq)).filter(Boolean) });
  };

  start() { this.#write({ type: "start" }); }
  pause() { this.#write({ type: "pause" }); }
  resume() { this.#write({ type: "resume" }); }
  end() { this.#write({ type: "end" }); }
  /** @param {string} text @param {string | null} to */
  say(text, to) { this.#write({ type: "say", text, to }); }
  /** @param {string} to @param {any} data */
  signal(to, data) { this.#write({ type: "signal", to, data }); }
  /** @param {string | null} actor */
  watch(actor) { this.#write({ type: "watch", actor }); }

  /** @param {ArrayBuffer} frame */
  sendBinary(frame) {
    const socket = this.#socket;
    if (socket?.readyState === WebSocket.OPEN && socket.bufferedAmount < 4096) socket.send(frame);
  }

  /** @param {ArrayBuffer} data */
  #readPoses(data) {
    const { n, poses } = readPoses(data);
    this.tell("onPoses", poses);
    this.#write({ type: "seen", n });
  }

  /** @param {Record<string, any>} message */
  #write(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }
}

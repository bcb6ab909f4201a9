/**
 * Voices between the people of a run, straight from browser to browser (WebRTC); the room only hands on the signals. Two who
 * offer at once are put in order by name ("perfect negotiation" of the WebRTC specification); a page that was loaded anew is
 * known by its session, and the connection to the old one is let go.
 */

/** @typedef {import("../stage.js").Stage} Stage */
/** @typedef {{ connection: RTCPeerConnection, session: string, offering: boolean, ignoring: boolean, voice: HTMLAudioElement }} Peer */

export class Talk {
  #stage;
  #session = crypto.randomUUID();
  /** @type {MediaStream | null} */
  #voice = null;
  /** @type {Map<string, Peer>} */
  #peers = new Map();
  /** Signals of one person are answered one after the other. @type {Map<string, Promise<void>>} */
  #busy = new Map();

  /** @param {Stage} stage */
  constructor(stage) {
    this.#stage = stage;
    stage.link.listen({
      onSignal: (from, data) => this.#busy.set(from, (this.#busy.get(from) ?? Promise.resolve()).then(() => this.#onSignal(from, data))),
      onTeam: () => this.#meet(),
    });
  }

  get on() {
    return this.#voice !== null;
  }

  /** How many others hear and are heard now. */
  get connected() {
    return [...this.#peers.values()].filter(({ connection }) => connection.connectionState === "connected").length;
  }

  /** Speaks, or is silent again; the others are heard either way. */
  async toggle() {
    if (this.#voice) {
      for (const track of this.#voice.getTracks()) track.stop();
      this.#voice = null;
      for (const { connection } of this.#peers.values()) for (const sender of connection.getSenders()) if (sender.track) connection.removeTrack(sender);
      return;
    }
    try {
      this.#voice = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true } });
    } catch {
      this.#stage.overlay.showTrouble("talkFailed");
      return;
    }
    for (const { connection } of this.#peers.values()) this.#speak(connection);
    this.#meet();
  }

  /** Whoever speaks is connected with everybody who is here; whoever has gone is let go. */
  #meet() {
    const { link } = this.#stage;
    const here = new Set(link.team.filter((member) => member.here !== false && member.actor !== link.actor).map(({ actor }) => actor));
    for (const actor of this.#peers.keys()) if (!here.has(actor)) this.#drop(actor);
    if (this.#voice) for (const actor of here) if (!this.#peers.has(actor)) this.#peer(actor, "");
  }

  /** @param {RTCPeerConnection} connection */
  #speak(connection) {
    for (const track of this.#voice?.getTracks() ?? []) connection.addTrack(track, /** @type {MediaStream} */ (this.#voice));
  }

  /** @param {string} actor */
  #drop(actor) {
    const peer = this.#peers.get(actor);
    if (!peer) return;
    peer.voice.srcObject = null;
    peer.connection.close();
    this.#peers.delete(actor);
  }

  /**
   * @param {string} actor
   * @param {string} session of their page, empty while it is not known
   * @returns {Peer}
   */
  #peer(actor, session) {
    const known = this.#peers.get(actor);
    if (known && (!known.session || !session || known.session === session)) {
      known.session ||= session;
      return known;
    }
    this.#drop(actor);
    const connection = new RTCPeerConnection();
    const peer = { connection, session, offering: false, ignoring: false, voice: new Audio() };
    this.#peers.set(actor, peer);
    const send = (/** @type {any} */ data) => this.#stage.link.signal(actor, { ...data, session: this.#session });
    connection.addEventListener("icecandidate", ({ candidate }) => candidate && send({ candidate: candidate.toJSON() }));
    connection.addEventListener("negotiationneeded", async () => {
      peer.offering = true;
      try {
        await connection.setLocalDescription();
        send({ description: connection.localDescription?.toJSON() });
      } catch (reason) {
        console.warn("talk", reason);
      } finally {
        peer.offering = false;
      }
    });
    connection.addEventListener("track", ({ track, streams }) => {
      peer.voice.srcObject = streams[0] ?? new MediaStream([track]);
      void peer.voice.play().catch(() => {});
    });
    connection.addEventListener("connectionstatechange", () => {
      if (connection.connectionState === "failed") connection.restartIce();
    });
    this.#speak(connection);
    return peer;
  }

  /** @param {string} from @param {any} data */
  async #onSignal(from, data) {
    const { description, candidate, session } = data ?? {};
    const peer = this.#peer(from, String(session ?? ""));
    const { connection } = peer;
    try {
      if (description) {
        const collides = description.type === "offer" && (peer.offering || connection.signalingState !== "stable");
        const yields = this.#stage.link.actor < from;
        peer.ignoring = collides && !yields;
        if (peer.ignoring) return;
        await connection.setRemoteDescription(description);
        if (description.type !== "offer") return;
        await connection.setLocalDescription();
        this.#stage.link.signal(from, { description: connection.localDescription?.toJSON(), session: this.#session });
      } else if (candidate && !peer.ignoring) await connection.addIceCandidate(candidate);
    } catch (reason) {
      // A signal that makes no sense ends this voice only; the run goes on.
      console.warn("talk", reason);
      this.#drop(from);
    }
  }
}

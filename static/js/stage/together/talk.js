/** Voices between the people of a run, straight from browser to browser (WebRTC); the room only hands on the signals. */

/** @typedef {import("../stage.js").Stage} Stage */

export class Talk {
  #stage;
  /** @type {MediaStream | null} */
  #voice = null;
  /** @type {Map<string, RTCPeerConnection>} */
  #peers = new Map();

  /** @param {Stage} stage */
  constructor(stage) {
    this.#stage = stage;
    stage.link.listen({ onSignal: (from, data) => void this.#onSignal(from, data) });
  }

  get on() {
    return this.#voice !== null;
  }

  async toggle() {
    if (this.#voice) {
      for (const track of this.#voice.getTracks()) track.stop();
      this.#voice = null;
      for (const peer of this.#peers.values()) peer.close();
      this.#peers.clear();
      return;
    }
    try {
      this.#voice = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true } });
    } catch {
      this.#stage.overlay.showTrouble("talkFailed");
      return;
    }
    const { link } = this.#stage;
    for (const { actor, here } of link.team) if (here !== false && actor !== link.actor) await this.#call(actor);
  }

  /** @param {string} actor @returns {RTCPeerConnection} */
  #peer(actor) {
    const known = this.#peers.get(actor);
    if (known) return known;
    const peer = new RTCPeerConnection();
    this.#peers.set(actor, peer);
    peer.addEventListener("icecandidate", ({ candidate }) => candidate && this.#stage.link.signal(actor, { candidate: candidate.toJSON() }));
    peer.addEventListener("track", ({ streams }) => {
      const voice = new Audio();
      voice.srcObject = streams[0];
      void voice.play();
    });
    peer.addEventListener("connectionstatechange", () => {
      if (peer.connectionState !== "failed" && peer.connectionState !== "closed") return;
      peer.close();
      this.#peers.delete(actor);
    });
    for (const track of this.#voice?.getTracks() ?? []) peer.addTrack(track, /** @type {MediaStream} */ (this.#voice));
    return peer;
  }

  /** @param {string} actor */
  async #call(actor) {
    const peer = this.#peer(actor);
    await peer.setLocalDescription(await peer.createOffer());
    this.#stage.link.signal(actor, { description: peer.localDescription?.toJSON() });
  }

  /** @param {string} from @param {any} data */
  async #onSignal(from, data) {
    const peer = this.#peer(from);
    try {
      if (data?.candidate) await peer.addIceCandidate(data.candidate);
      if (!data?.description) return;
      await peer.setRemoteDescription(data.description);
      if (data.description.type !== "offer") return;
      await peer.setLocalDescription(await peer.createAnswer());
      this.#stage.link.signal(from, { description: peer.localDescription?.toJSON() });
    } catch (reason) {
      // A signal that makes no sense ends this voice only; the run goes on.
      console.warn("talk", reason);
      peer.close();
      this.#peers.delete(from);
    }
  }
}

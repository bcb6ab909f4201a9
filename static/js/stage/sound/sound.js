/** What is heard: voices (spoken where the browser can), the AED's tones, the metronome, and the body. No recordings. */

/** @typedef {"tick" | "press" | "breath" | "peel" | "stick" | "charge" | "alarm" | "shock" | "done" | "tap"} Sound */

const VOLUME = 0.5;

export class Sounds {
  /** @type {AudioContext | null} */
  #audio = null;
  #language;
  /** @type {GainNode | null} */
  #out = null;
  /** @type {{ text: string, pitch: number, urgent: boolean }[]} */
  #queue = [];
  #speaking = false;
  muted = false;

  /** @param {string} language "zh-hans" or "en" */
  constructor(language) {
    this.#language = language.startsWith("zh") ? "zh-CN" : "en-US";
  }

  /** Browsers let a page be heard only after a touch. */
  wake() {
    if (!this.#audio) {
      if (typeof AudioContext === "undefined") return;
      this.#audio = new AudioContext();
      this.#out = this.#audio.createGain();
      this.#out.gain.value = this.muted ? 0 : VOLUME;
      this.#out.connect(this.#audio.destination);
    }
    if (this.#audio.state === "suspended") void this.#audio.resume();
  }

  /** @param {boolean} muted */
  mute(muted) {
    this.muted = muted;
    if (this.#out) this.#out.gain.value = muted ? 0 : VOLUME;
    if (muted && "speechSynthesis" in window) speechSynthesis.cancel();
  }

  /**
   * @param {Sound} sound
   * @param {number} [loud] 0..1
   */
  play(sound, loud = 1) {
    if (!this.#audio || this.muted) return;
    switch (sound) {
      case "tick": return this.#tone(880, 0.035, 0.5 * loud, "square");
      case "tap": return this.#tone(520, 0.05, 0.25 * loud, "sine");
      case "press": return this.#tone(72, 0.09, 0.5 * loud, "sine");
      case "peel": return this.#noise(0.22, 3200, 0.3 * loud);
      case "stick": return this.#noise(0.07, 700, 0.4 * loud);
      case "breath": return this.#noise(0.9, 900, 0.18 * loud);
      case "charge": return this.#sweep(300, 1400, 3.2, 0.14 * loud);
      case "alarm":
        this.#tone(960, 0.16, 0.4 * loud, "triangle");
        return this.#tone(960, 0.16, 0.4 * loud, "triangle", 0.26);
      case "shock": return this.#noise(0.16, 160, 0.9 * loud);
      case "done":
        this.#tone(660, 0.12, 0.3 * loud, "sine");
        return this.#tone(880, 0.2, 0.3 * loud, "sine", 0.13);
    }
  }

  /** @param {number} hertz @param {number} seconds @param {number} loud @param {OscillatorType} shape @param {number} [later] */
  #tone(hertz, seconds, loud, shape, later = 0) {
    const audio = /** @type {AudioContext} */ (this.#audio);
    const start = audio.currentTime + later;
    const wave = audio.createOscillator();
    wave.type = shape;
    wave.frequency.value = hertz;
    wave.connect(this.#envelope(start, seconds, loud));
    wave.start(start);
    wave.stop(start + seconds);
  }

  /** @param {number} from @param {number} to @param {number} seconds @param {number} loud */
  #sweep(from, to, seconds, loud) {
    const audio = /** @type {AudioContext} */ (this.#audio);
    const wave = audio.createOscillator();
    wave.type = "sawtooth";
    wave.frequency.setValueAtTime(from, audio.currentTime);
    wave.frequency.exponentialRampToValueAtTime(to, audio.currentTime + seconds);
    wave.connect(this.#envelope(audio.currentTime, seconds, loud));
    wave.start();
    wave.stop(audio.currentTime + seconds);
  }

  /** @param {number} seconds @param {number} hertz @param {number} loud */
  #noise(seconds, hertz, loud) {
    const audio = /** @type {AudioContext} */ (this.#audio);
    const buffer = audio.createBuffer(1, Math.ceil(audio.sampleRate * seconds), audio.sampleRate);
    const values = buffer.getChannelData(0);
    for (let i = 0; i < values.length; i++) values[i] = 2 * Math.random() - 1;
    const source = audio.createBufferSource();
    source.buffer = buffer;
    const filter = audio.createBiquadFilter();
    filter.type = "bandpass";
    filter.frequency.value = hertz;
    source.connect(filter).connect(this.#envelope(audio.currentTime, seconds, loud));
    source.start();
  }

  /** @param {number} start @param {number} seconds @param {number} loud */
  #envelope(start, seconds, loud) {
    const audio = /** @type {AudioContext} */ (this.#audio);
    const gain = audio.createGain();
    gain.gain.setValueAtTime(0, start);
    gain.gain.linearRampToValueAtTime(loud, start + 0.008);
    gain.gain.exponentialRampToValueAtTime(0.001, start + seconds);
    gain.connect(/** @type {GainNode} */ (this.#out));
    return gain;
  }

  /**
   * Speaks a sentence after those that wait; an urgent one before them. Captions are shown elsewhere, whether it is heard or not.
   * @param {string} text
   * @param {{ pitch?: number, urgent?: boolean }} [how]
   */
  say(text, { pitch = 1, urgent = false } = {}) {
    if (this.muted || !("speechSynthesis" in window)) return;
    if (urgent) {
      this.#queue = this.#queue.filter((waiting) => !waiting.urgent);
      this.#queue.unshift({ text, pitch, urgent });
      if (this.#speaking) speechSynthesis.cancel();
    } else this.#queue.push({ text, pitch, urgent });
    if (this.#queue.length > 3) this.#queue.length = 3;
    this.#next();
  }

  hush() {
    this.#queue.length = 0;
    if ("speechSynthesis" in window) speechSynthesis.cancel();
  }

  #next = () => {
    if (this.#speaking) return;
    const next = this.#queue.shift();
    if (!next) return;
    const words = new SpeechSynthesisUtterance(next.text);
    words.lang = this.#language;
    words.pitch = next.pitch;
    words.rate = 1.1;
    this.#speaking = true;
    const over = () => {
      this.#speaking = false;
      this.#next();
    };
    words.addEventListener("end", over, { once: true });
    words.addEventListener("error", over, { once: true });
    speechSynthesis.speak(words);
  };
}

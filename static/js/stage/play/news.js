/** New lines of the time line become captions, voices and sounds. */

/** @typedef {{ who: string, text: string }} Caption */

/** Chinese is read at about five characters a second, English at about fourteen letters. */
const READ = { "zh-hans": 5, en: 14 };
const LEAST_S = 2.4;
/** @type {Record<string, number>} */
const PITCH = { narrator: 0.95, aed: 1.05 };

export class News {
  #link;
  #sounds;
  #say;
  #language;
  #until = 0;
  /** @type {Caption[]} */
  #waiting = [];
  /** @type {Caption | null} */
  caption = null;
  /** @type {(caption: Caption | null) => void} */
  onCaption = () => {};

  /**
   * @param {import("../links/link.js").Link} link
   * @param {import("../sound/sound.js").Sounds} sounds
   * @param {(key: import("../messages.js").MessageKey, values?: Record<string, string | number>) => string} say
   * @param {"zh-hans" | "en"} language
   */
  constructor(link, sounds, say, language) {
    this.#link = link;
    this.#sounds = sounds;
    this.#say = say;
    this.#language = language;
  }

  /** @param {import("../links/link.js").Entry[]} entries */
  tell(entries) {
    for (const entry of entries) {
      if (entry.kind === "prompt") this.#prompt(entry.what);
      else if (entry.kind === "aed") this.#aed(entry.what);
      else if (entry.kind === "action" && this.#link.table.actions[entry.what]?.breath) this.#sounds.play("breath");
    }
  }

  /** @param {string} id */
  #prompt(id) {
    const prompt = this.#link.table.prompts[id];
    if (!prompt) return;
    const speaker = prompt.speaker ?? "";
    const person = this.#link.table.people.find((candidate) => candidate.id === speaker);
    const who = person ? person.name[this.#language] : speaker === "narrator" || speaker === "dispatcher" ? this.#say(speaker) : "";
    this.show({ who, text: prompt.text[this.#language] });
    // Hints for the learner are read, not heard: they are nobody's voice.
    if (speaker) this.#sounds.say(prompt.speech?.[this.#language] ?? prompt.text[this.#language], { pitch: PITCH[speaker] ?? 1.15 });
  }

  /** @param {string} id */
  #aed(id) {
    const sentence = this.#link.table.aed.voice[id];
    if (!sentence) return;
    if (id === "shock_delivered") this.#sounds.play("shock");
    else if (id === "shock_advised") this.#sounds.play("charge");
    else if (id === "press_shock" || id === "motion" || id === "stand_clear") this.#sounds.play("alarm");
    this.show({ who: this.#say("aedSays"), text: sentence[this.#language] }, true);
    this.#sounds.say(sentence[this.#language], { pitch: PITCH.aed, urgent: true });
  }

  /**
   * @param {Caption} caption
   * @param {boolean} [urgent] before what waits
   */
  show(caption, urgent = false) {
    if (urgent) {
      this.#waiting.unshift(caption);
      this.#until = Math.min(this.#until, 0);
    } else this.#waiting.push(caption);
    if (this.#waiting.length > 3) this.#waiting.length = 3;
  }

  clear() {
    this.#waiting.length = 0;
    this.#until = 0;
  }

  /** @param {number} time seconds */
  update(time) {
    if (time < this.#until) return;
    const next = this.#waiting.shift() ?? null;
    if (!next) {
      if (this.caption && time > this.#until + 1.5) {
        this.caption = null;
        this.onCaption(null);
      }
      return;
    }
    this.caption = next;
    this.#until = time + Math.max(LEAST_S, next.text.length / READ[this.#language]);
    this.onCaption(next);
  }
}

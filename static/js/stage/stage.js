/** The stage on a page: it puts scene, link, hands and words together, and draws. */

import { WebGLRenderer } from "three";
import { element } from "../shared/dom.js";
import { languageKey, translator } from "../shared/language.js";
import { clock } from "./clock.js";
import { Desk } from "./desk/desk.js";
import { PhoneSensor } from "./desk/phone.js";
import { LocalLink } from "./links/local.js";
import { ReplayLink } from "./links/replay.js";
import { RoomLink } from "./links/room.js";
import { messages } from "./messages.js";
import { loadPeople } from "./people/load.js";
import { Compressor } from "./play/compress.js";
import { Doings } from "./play/doings.js";
import { News } from "./play/news.js";
import { StageScene } from "./play/scene.js";
import { Sounds } from "./sound/sound.js";
import { Company } from "./together/company.js";
import { Cards, showLoading } from "./ui/cards.js";
import { InstructorPanel } from "./ui/instructor.js";
import { choicesOf, Overlay } from "./ui/overlay.js";
import { ReplayBar } from "./ui/replay.js";
import { Talk } from "./together/talk.js";
import { Immersion } from "./xr/immersion.js";

/** @typedef {import("./play/spots.js").Spot} Spot */

const MAX_PIXEL_RATIO = 2;
const UI_MS = 120;
const LONGEST_STEP_S = 0.1;
const LANDSCAPE_FOV = 62;
const PORTRAIT_FOV = 84;
const METRONOME_LEAD_S = 0.02;

export class NoWebGL extends Error {}

export class Stage {
  #uiAt = 0;
  #last = 0;
  #beat = 0;
  #frame = 0;
  #ended = false;
  /** Time of the loop, seconds. */
  now = 0;
  /** Every n-th picture is drawn; tests on machines without a graphics chip raise it. */
  drawEvery = 1;
  metronome = false;
  captions = true;
  /** The spot whose actions the list shows. @type {Spot | null} */
  focus = null;
  focusLabel = "";
  /** Whether the list shows the roles in place of what can be done. */
  choosingRole = false;

  /**
   * @param {HTMLElement} host
   * @param {import("./config.js").StageConfig} config
   * @param {import("./engine/table.js").Table} table
   * @param {import("./links/link.js").Link} link
   * @param {import("./people/decode.js").HumanData} people
   */
  constructor(host, config, table, link, people) {
    this.host = host;
    this.config = config;
    this.link = link;
    /** The stage's time; tests put their own in its place. */
    this.clock = clock;
    this.language = languageKey(config.language);
    this.say = translator(messages, config.language);
    this.replaying = link instanceof ReplayLink;
    this.canvas = element("canvas", { class: "stage__picture", tabindex: 0, role: "img", "aria-label": this.say("picture") });
    host.prepend(this.canvas);
    try {
      this.renderer = new WebGLRenderer({ canvas: this.canvas, antialias: true, alpha: true, powerPreference: "high-performance" });
    } catch (reason) {
      throw new NoWebGL(String(reason));
    }
    this.renderer.xr.enabled = true;
    this.renderer.xr.setReferenceSpaceType("local-floor");
    this.renderer.xr.cameraAutoUpdate = false;
    this.scene = new StageScene(people, table, link.state);
    this.sounds = new Sounds(this.language);
    this.compressor = new Compressor(link, this.scene, this.sounds);
    this.doings = new Doings(link, this.scene, this.sounds);
    this.news = new News(link, this.sounds, this.say, this.language);
    this.company = new Company(this, people);
    this.overlay = new Overlay(this);
    this.cards = new Cards(this);
    this.desk = new Desk(this);
    this.phone = new PhoneSensor(this);
    this.immersion = new Immersion(this);
    this.replayBar = link instanceof ReplayLink ? new ReplayBar(this, link) : null;
    if (link instanceof ReplayLink) void link.loadPoses();
    /** Voices, where others are in the run. */
    this.talk = link.shared ? new Talk(this) : null;
    if (link instanceof RoomLink && link.kind !== "team") new InstructorPanel(this);
    else if (this.talk) this.overlay.offerTalk(this.talk);
    this.#wire();
    new ResizeObserver(() => this.#resize()).observe(host);
    this.#resize();
    this.renderer.setAnimationLoop(this.#tick);
    if (!this.replaying) void this.#offer();
    host.dataset.ready = "";
  }

  #wire() {
    const { link, news, scene, doings } = this;
    news.onCaption = (caption) => {
      if (!this.captions) return;
      this.overlay.showCaption(caption);
      this.immersion.showCaption(caption);
    };
    doings.onHint = (hint) => news.show({ who: "", text: this.say(hint) }, true);
    doings.onPad = () => this.#refresh();
    link.listen({
      onState: (state) => {
        scene.show(state);
        this.#refresh();
      },
      onEntries: (entries) => {
        const now = clock.now() / 1000;
        scene.tell(entries, now);
        news.tell(entries);
        if (entries.some(({ kind, what }) => what === "aed.pad_wrong" || (kind === "refused" && what === "pad"))) doings.dropRefused();
        this.#refresh();
      },
      onPast: (entries) => {
        doings.putBack();
        scene.retell(entries);
        this.#refresh();
      },
      onPhase: () => this.#showPhase(),
      onTeam: () => this.#refresh(),
      onSaid: (_from, name, text) => {
        news.show({ who: name, text }, true);
        this.sounds.say(text);
      },
      onTrouble: (trouble) => this.overlay.showTrouble(trouble),
      onEnded: (result) => {
        if (!this.#ended) this.sounds.play("done");
        this.#ended = true;
        this.cards.end(result);
        this.immersion.showEnd(result);
        this.host.dispatchEvent(new CustomEvent("stage-ended", { detail: result }));
      },
    });
  }

  async #offer() {
    const offers = await this.immersion.offers();
    const { link } = this;
    // As the server decides (permissions.require_start): who made the run, the leader, or an instructor.
    const mayStart = link.kind === "instructor" || !link.shared || link.slot === 1 || link.role === "leader";
    if (link.phase === "lobby") this.cards.begin({ ...offers, phone: this.phone.offered && this.acts, mayStart });
    else this.#showPhase();
  }

  get playing() {
    return this.link.phase === "running";
  }

  /** Whether this person acts, or only watches. */
  get acts() {
    return this.link.kind === "team" && !this.replaying;
  }

  /** Whether there is a chest to press: somebody lies there and does not answer. */
  get canPress() {
    return this.scene.patient.lying && this.link.state.patient?.conscious !== true;
  }

  get canPause() {
    return !this.replaying && (this.link.kind === "instructor" || (this.acts && this.link.mode !== "exam"));
  }

  get canEnd() {
    return this.link.kind === "instructor" || !this.link.shared;
  }

  /** On the page one reaches the AED once somebody has brought it; in the headset one may walk to it. */
  get aedReachable() {
    return this.scene.aedIsHere || this.immersion.reachesAed;
  }

  /** @returns {import("./ui/overlay.js").Choice[]} */
  choices() {
    return choicesOf(this);
  }

  begin() {
    this.sounds.wake();
    this.cards.close();
    this.link.start();
  }

  async beginPhone() {
    if (await this.phone.start()) this.begin();
  }

  /** @param {"vr" | "ar"} mode */
  async enter(mode) {
    this.sounds.wake();
    if (await this.immersion.enter(mode)) {
      this.cards.close();
      this.link.start();
    }
  }

  pause() {
    this.link.pause();
  }

  resume() {
    this.sounds.wake();
    this.link.resume();
  }

  /** @param {boolean} on */
  setCaptions(on) {
    this.captions = on;
    this.overlay.showCaption(on ? this.news.caption : null);
    this.immersion.showCaption(on ? this.news.caption : null);
  }

  escape() {
    if (this.doings.held) this.doings.putBack();
    else if (this.focus) this.focusOn(null);
    else if (this.canPause && this.playing) this.pause();
  }

  /** A compression by key, click or tap. */
  tap() {
    if (!this.playing || !this.acts || !this.canPress) return;
    this.sounds.wake();
    this.compressor.tap(clock.now() / 1000);
  }

  /** @param {string} role of the scenario; whoever has it gets one's own */
  takeRole(role) {
    this.choosingRole = false;
    this.link.send({ kind: "role", role });
    this.#refresh();
  }

  /** @param {boolean} on */
  chooseRole(on) {
    this.choosingRole = on;
    this.#refresh();
  }

  /** @param {string} action */
  act(action) {
    this.doings.act(action);
    if (this.focus) this.focusOn(null);
  }

  /** Something in the picture was pressed. @param {Spot | null} spot */
  press(spot) {
    if (!spot || !this.playing) return this.focusOn(null);
    const aed = spot.kind.startsWith("aed") || spot.kind.startsWith("pad");
    if (aed && !this.aedReachable) return;
    if (this.doings.use(spot)) return;
    const here = this.doings.at(spot);
    if (here.length === 1 && !aed) return this.act(here[0]);
    if (here.length || aed) this.focusOn(spot);
  }

  /** @param {Spot | null} spot */
  focusOn(spot) {
    this.focus = spot;
    const person = spot && this.link.table.people.find(({ id }) => id === spot.who);
    const object = spot && this.link.table.objects.find(({ kind }) => kind === spot.who);
    const what = person?.name ?? object?.name ?? (spot ? this.link.table.patient.name : null);
    this.focusLabel = what ? this.say("here", { what: what[this.language] }) : "";
    this.#refresh();
  }

  /** Watches from somebody's eyes, or freely. @param {string | null} actor */
  watch(actor) {
    this.company.eyes = actor;
    this.link.watch(actor);
    if (!actor) this.desk.kneel();
  }

  /** A value of the patient's signs in words. @param {string} sign @param {string} value */
  word(sign, value) {
    const key = /** @type {import("./messages.js").MessageKey} */ (`${sign}_${value}`);
    return key in messages.en ? this.say(key) : value;
  }

  /** Goes to a moment of a replay. @param {number} t seconds */
  seek(t) {
    if (!(this.link instanceof ReplayLink)) return;
    this.link.seek(t);
    this.news.clear();
    this.scene.retell(this.link.entries);
  }

  /** @param {string | null} run */
  debriefAddress(run) {
    const id = run ?? this.config.card?.id;
    return this.config.debrief && id ? this.config.debrief.replace("{run}", id) : null;
  }

  #refresh() {
    if (this.focus && !this.doings.at(this.focus).length && !this.focus.kind.startsWith("aed")) {
      this.focus = null;
      this.focusLabel = "";
    }
    this.overlay.showPlaying(this.playing);
    this.overlay.refresh();
    this.immersion.refresh();
  }

  #showPhase() {
    const { phase } = this.link;
    this.host.dataset.phase = phase;
    this.overlay.showPlaying(this.playing);
    this.immersion.showPhase(phase);
    if (this.replaying) return;
    if (phase === "running") {
      this.cards.close();
      this.canvas.focus({ preventScroll: true });
    } else if (phase === "paused" || phase === "held") this.cards.pause(phase === "held");
  }

  #resize() {
    const { clientWidth, clientHeight } = this.host;
    if (this.renderer.xr.isPresenting || !clientWidth || !clientHeight) return;
    this.renderer.setPixelRatio(Math.min(devicePixelRatio, MAX_PIXEL_RATIO));
    this.renderer.setSize(clientWidth, clientHeight, false);
    const { camera } = this.scene;
    camera.aspect = clientWidth / clientHeight;
    camera.fov = camera.aspect < 1 ? PORTRAIT_FOV : LANDSCAPE_FOV;
    camera.updateProjectionMatrix();
  }

  /**
   * @frame
   * @param {number} time ms
   * @param {XRFrame} [frame]
   */
  #tick = (time, frame) => {
    const now = clock.now();
    const seconds = this.#last === 0 ? 0 : Math.min(LONGEST_STEP_S, Math.max(0, (now - this.#last) / 1000));
    this.#last = now;
    this.#frame += 1;
    this.now = now / 1000;
    this.link.tick(now);
    const t = this.link.t;
    if (frame !== undefined) this.immersion.update(frame, t, now / 1000, seconds);
    else this.desk.update(seconds);
    this.compressor.update(t);
    this.company.update(t, now / 1000, frame);
    this.scene.update(now / 1000, seconds);
    this.#keepBeat(t);
    if (now - this.#uiAt > UI_MS || now < this.#uiAt) {
      this.#uiAt = now;
      this.news.update(now / 1000);
      this.overlay.tick(t);
      this.replayBar?.tick();
      this.immersion.tick(t);
    }
    if (this.#frame % this.drawEvery === 0) this.renderer.render(this.scene, this.scene.camera);
  };

  /**
   * The metronome: the AED's while it asks for compressions, or one's own.
   * @frame
   * @param {number} t run time, seconds
   */
  #keepBeat(t) {
    if (this.link.phase !== "running") return;
    const { aed } = this.link.state;
    const rate = aed && aed.metronome_cpm ? aed.metronome_cpm : this.metronome ? 110 : 0;
    if (rate === 0) return;
    const beat = Math.floor(((t + METRONOME_LEAD_S) * rate) / 60);
    if (beat !== this.#beat) this.sounds.play("tick", 0.7);
    this.#beat = beat;
  }
}

/**
 * Fetches what the stage needs and opens it.
 * @param {HTMLElement} host
 * @param {import("./config.js").StageConfig} config
 * @returns {Promise<Stage>}
 */
export async function openStage(host, config) {
  const ready = showLoading(host, translator(messages, config.language)("loading"));
  try {
    const log = config.log ? await fetchJson(config.log) : null;
    const [table, people] = await Promise.all([fetchJson(config.table ?? log.run.table), loadPeople()]);
    return new Stage(host, config, table, linkOf(config, table, log), people);
  } finally {
    ready();
  }
}

/** @param {import("./config.js").StageConfig} config @param {any} table @param {any} log */
function linkOf(config, table, log) {
  if (config.mode === "replay") return new ReplayLink(table, log);
  if (config.mode === "run") return new RoomLink(table, config.card);
  const choice = config.choice ?? { mode: Object.keys(table.modes)[0], profile: table.default_profile, seed: 1, lesson: null };
  return new LocalLink(table, choice, config.handIn);
}

/** @param {string} address */
async function fetchJson(address) {
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer.json();
}

/** The player: puts picture, sound, words and controls together and offers what a person can do with them. */

import { element } from "../shared/dom.js";
import { translator } from "../shared/language.js";
import { Captions } from "./captions.js";
import { lookByHand } from "./gestures.js";
import { GazeRecorder } from "./gaze.js";
import { Gyroscope } from "./gyroscope.js";
import { listenToKeys } from "./keyboard.js";
import { messages } from "./messages.js";
import { PlaybackAddress } from "./playback.js";
import { loadPreferences, savePreferences, SPEEDS } from "./preferences.js";
import { Progress, resumePoint } from "./progress.js";
import { clamp, horizontalFov, verticalFov } from "./projection.js";
import { qualityWord } from "./quality.js";
import { createSource } from "./source.js";
import { TiledSource } from "./source-tiled.js";
import { NoWebGL, Stage } from "./stage.js";
import { Bar } from "./ui/bar.js";
import { Cards } from "./ui/cards.js";
import { Compass } from "./ui/compass.js";
import { Info } from "./ui/info.js";
import { Notices } from "./ui/notices.js";
import { Settings } from "./ui/settings.js";
import { shortcutsDialog } from "./ui/shortcuts.js";
import { clockTime } from "./clock.js";
import { View } from "./view.js";
import { VrMode } from "./xr/mode.js";

/** Controls leave the picture after this long without a movement. */
const SLEEP_MS = 3000;
const VOLUME_STEP = 0.1;
const ZOOM_STEP = 1.15;
/** Degrees across and down that a headset shows, about. */
const HEADSET_FOV = 100;

/** Tells "change" whenever a choice or an ability changed; the video element tells about playing by itself. */
export class Player extends EventTarget {
  view = new View();
  preferences = loadPreferences();
  /** @type {import("./quality.js").Quality[]} */
  qualities = [];
  /** @type {Stage | null} null where the browser draws no WebGL, or for a flat video outside the headset */
  stage = null;
  #canvas = element("canvas", { class: "player__canvas" });
  #captionBox = element("div", { class: "player__captions" });
  #sleepTimer = 0;
  #offline = false;
  /** @type {import("./source-tiled.js").Pictures} */
  #pictures = { packing: null, frames: null };

  /**
   * @param {HTMLElement} host
   * @param {import("./config.js").PlayerConfig} config
   */
  constructor(host, config) {
    super();
    this.host = host;
    this.config = config;
    this.say = translator(messages, config.language);
    this.isSpherical = config.projection === "equirectangular";
    this.video = element("video", { class: "player__video", playsinline: true, crossorigin: "anonymous", preload: "auto", tabindex: -1 });
    this.gyroscope = new Gyroscope(this.view);
    this.captions = new Captions(this.video, config.captions);
    this.progress = new Progress(this.video, config);
    this.#followMotionPreference();
    this.surface = element("div", {
      class: "player__surface", tabindex: 0, role: this.isSpherical ? "application" : "img",
      "aria-label": this.isSpherical ? this.say("picture") : this.say("flatPicture"),
    });
    this.poster = element("div", { class: "player__poster" });
    this.poster.hidden = !config.poster;
    if (config.poster) this.poster.append(element("img", { src: config.poster, alt: "" }));
    this.notices = new Notices();
    this.compass = new Compass(this.view, this.say, () => this.recentre(), config.regions);
    this.settings = new Settings(this);
    this.info = new Info(this);
    this.bar = new Bar(this);
    this.cards = new Cards(this);
    this.shortcuts = shortcutsDialog(this.say);
    this.#build();
    this.address = new PlaybackAddress(config.src.hls, config.playbackUrl, document.baseURI, this.isSpherical ? config.src.tiled : null);
    this.source = createSource(this.video, this.address, config.projection, {
      onQualities: (qualities) => {
        this.qualities = qualities;
        this.#changed();
      },
      onQuality: () => this.#changed(),
      onTrouble: (trouble) => this.#onTrouble(trouble),
      onRecovered: () => {
        this.#offline = false;
        this.cards.showTrouble(null);
      },
    }, {
      gaze: () => this.#gaze(),
      regions: config.regions,
      crowdUrl: config.crowdUrl,
      capKbps: this.preferences.tilesCap,
      onPictures: (pictures) => this.#arrange(pictures),
    });
    this.vr = new VrMode(this, () => this.ensureStage());
    if (this.isSpherical) this.#raiseStage();
    this.#listen();
    this.#applyPreferences();
    if (config.gazeUrl && this.isSpherical) {
      new GazeRecorder(this.video, () => this.lookingAt(), config.gazeUrl, this.progress.sitting);
    }
    this.#begin();
  }

  // --- what a person can do -----------------------------------------------------------------

  play() {
    this.source.hurry();
    if (this.video.ended) this.video.currentTime = 0;
    return this.video.play().catch((reason) => {
      if (reason instanceof DOMException && reason.name === "NotAllowedError") this.cards.askToPlay();
    });
  }

  pause() {
    this.video.pause();
  }

  togglePlay() {
    if (this.video.paused) void this.play();
    else this.pause();
  }

  replay() {
    this.video.currentTime = 0;
    void this.play();
  }

  /** @param {number} seconds from the beginning */
  seek(seconds) {
    const end = Number.isFinite(this.video.duration) ? this.video.duration : 0;
    this.video.currentTime = clamp(seconds, 0, end);
  }

  /** @param {number} seconds forward; negative: back */
  skip(seconds) {
    this.seek(this.video.currentTime + seconds);
    this.wake();
  }

  /** @param {number} volume 0..1 */
  setVolume(volume) {
    this.video.volume = clamp(volume, 0, 1);
    this.video.muted = volume === 0;
    this.#prefer({ volume: this.video.volume, muted: this.video.muted });
  }

  toggleMute() {
    const silent = this.video.muted || this.video.volume === 0;
    if (silent && this.video.volume === 0) this.video.volume = 0.5;
    this.video.muted = !silent;
    this.#prefer({ muted: this.video.muted, volume: this.video.volume });
  }

  /** @param {number} speed one of SPEEDS */
  setSpeed(speed) {
    this.video.playbackRate = this.video.defaultPlaybackRate = speed;
    this.#prefer({ speed });
  }

  /** @param {import("./quality.js").QualityWord | "auto"} word */
  chooseQuality(word) {
    this.source.choose(word);
    this.#prefer({ quality: word });
  }

  /** Most traffic for a title in tiles. @param {number} capKbps kbit/s, one of TILE_CAPS */
  chooseTilesCap(capKbps) {
    if (this.source instanceof TiledSource) this.source.limit(capKbps);
    this.#prefer({ tilesCap: capKbps });
  }

  /** Whether the title plays in tiles now: sharp where the person looks. */
  get tiled() {
    return this.source instanceof TiledSource && this.source.tiled;
  }

  /** @returns {import("./quality.js").QualityWord | null} the word for what is on screen */
  qualityWordNow() {
    const width = this.source?.current()?.width ?? 0;
    return width ? qualityWord(width, this.config.projection) : null;
  }

  /** @param {string | null} language */
  chooseCaptions(language) {
    void this.captions.choose(language);
    this.#prefer({ captions: language });
  }

  toggleCaptions() {
    this.chooseCaptions(this.captions.language === null ? this.#captionLanguage() : null);
  }

  /** @param {import("./preferences.js").CaptionSize} size */
  setCaptionSize(size) {
    this.#captionBox.dataset.size = size;
    this.#prefer({ captionSize: size });
  }

  recentre() {
    if (this.gyroscope.active) this.gyroscope.recentre();
    else this.view.reset();
  }

  async toggleGyroscope() {
    if (this.gyroscope.active) {
      this.gyroscope.stop();
      this.#changed();
      return;
    }
    const starting = this.gyroscope.start();
    this.#changed();
    const answer = await starting;
    if (answer === "refused") this.notices.say(this.say("gyroRefused"));
    if (answer === "missing") this.notices.say(this.say("gyroMissing"));
    this.#changed();
  }

  get isFullscreen() {
    return document.fullscreenElement === this.host || this.host.classList.contains("player--filling");
  }

  async toggleFullscreen() {
    const { host } = this;
    if (document.fullscreenElement) await document.exitFullscreen();
    else if (host.classList.contains("player--filling")) host.classList.remove("player--filling");
    else {
      // iPhones give only the bare video the whole screen; there the player fills the page instead.
      const given = await Promise.resolve(host.requestFullscreen?.()).then(() => document.fullscreenElement, () => null);
      if (!given) host.classList.add("player--filling");
    }
    this.#changed();
  }

  async enterVr() {
    try {
      await this.vr.enter();
    } catch {
      this.notices.say(this.say("vrFailed"));
    }
  }

  toggleInfo() {
    this.info.toggle();
  }

  showShortcuts() {
    this.shortcuts.showModal();
  }

  /** Once more after trouble. */
  retry() {
    this.cards.showTrouble(null);
    this.source.retry();
  }

  /** The controls come back, and leave again after a while. */
  wake() {
    delete this.host.dataset.asleep;
    clearTimeout(this.#sleepTimer);
    this.#sleepTimer = setTimeout(() => this.#sleep(), SLEEP_MS);
  }

  /** Where on the picture the person looks: by the head in VR, else by the view. */
  lookingAt() {
    return this.vr.isPresenting ? this.vr.lookingAt : this.view;
  }

  // --- putting together -----------------------------------------------------------------------

  /** The view as a source in tiles asks for it. */
  #gaze() {
    const { yaw, pitch } = this.lookingAt();
    if (this.vr.isPresenting) return { yaw, pitch, fovX: HEADSET_FOV, fovY: HEADSET_FOV };
    const aspect = this.#canvas.clientWidth / Math.max(1, this.#canvas.clientHeight) || 1;
    return { yaw, pitch, fovX: horizontalFov(this.view.fov, aspect), fovY: verticalFov(this.view.fov, aspect) };
  }

  /** @param {import("./source-tiled.js").Pictures} pictures */
  #arrange(pictures) {
    this.#pictures = pictures;
    const special = pictures.packing !== null || pictures.frames !== null;
    if (special) this.vr.drawByTexture();
    // Without WebGL nothing puts a packed picture together again, and nothing draws one that is not the video element's.
    if (special && this.host.dataset.picture !== "sphere") return this.source.choose(this.qualities[0]?.word ?? "light");
    this.stage?.setPictures(pictures);
  }

  /**
   * The stage, made when it is first needed.
   * @returns {Stage}
   * @throws {NoWebGL}
   */
  ensureStage() {
    if (!this.stage) {
      const stage = new Stage(this.#canvas, this.video, this.view, this.config);
      stage.onDrawn = () => this.#onDrawn(stage);
      this.stage = stage;
      stage.setPictures(this.#pictures);
    }
    return this.stage;
  }

  /**
   * @frame
   * @param {Stage} stage
   */
  #onDrawn(stage) {
    this.compass.show(this.#canvas.clientWidth / this.#canvas.clientHeight);
    if (stage.hasPicture && this.host.dataset.ready === undefined) this.host.dataset.ready = "";
  }

  #raiseStage() {
    try {
      this.ensureStage();
      this.host.dataset.picture = "sphere";
    } catch (reason) {
      if (!(reason instanceof NoWebGL)) throw reason;
      this.host.dataset.picture = "flat";
      this.notices.say(this.say("noWebgl"), undefined, true);
    }
  }

  #build() {
    this.host.classList.add("player", "theme-dark");
    this.host.setAttribute("role", "region");
    this.host.setAttribute("aria-label", this.say("player", { title: this.config.title }));
    this.host.dataset.picture = "flat";
    this.#captionBox.dataset.size = this.preferences.captionSize;
    this.#captionBox.lang = this.config.language;
    const shade = element("div", { class: "player__shade" });
    const hint = element("div", { class: "player__look-hint", "aria-hidden": "true" }, this.say("lookAround"));
    this.surface.append(this.#canvas);
    this.host.replaceChildren(
      this.video, this.surface, this.poster, shade,
      ...(this.isSpherical ? [this.compass.root, hint] : []),
      this.#captionBox, this.cards.root, this.notices.root, this.bar.root, this.settings.root, this.info.root, this.shortcuts,
    );
  }

  #begin() {
    const start = resumePoint(this.progress.remembered, NaN);
    this.source.load(start);
    if (start > 0) {
      this.video.addEventListener(
        "play",
        () => this.notices.say(this.say("resumedAt", { time: clockTime(start) }), {
          words: this.say("startOver"), act: () => this.replay(),
        }),
        { once: true },
      );
    }
    if (this.config.thumbnails) void this.bar.seekBar.loadThumbnails(this.config.thumbnails);
    void this.vr.available().then((available) => this.bar.offerVr(available));
    this.wake();
  }

  #listen() {
    const { host, video, surface } = this;
    lookByHand(surface, this.view, (pointer) => this.#onTap(pointer));
    listenToKeys(host, this.view, (command) => this.#obey(command));
    surface.addEventListener("dblclick", () => void this.toggleFullscreen());
    surface.addEventListener("pointerdown", () => this.settings.close());
    host.addEventListener("pointermove", (event) => {
      if (event.pointerType === "mouse") this.wake();
    });
    host.addEventListener("focusin", () => this.wake());
    host.addEventListener("pointerdown", () => {
      host.dataset.touched = "";
    });
    for (const event of ["timeupdate", "seeked", "loadedmetadata"]) {
      video.addEventListener(event, () => this.compass.mark(video.currentTime));
    }
    video.addEventListener("loadeddata", () => {
      if (host.dataset.picture === "flat") host.dataset.ready = "";
    });
    video.addEventListener("playing", () => {
      host.dataset.started = "";
      this.cards.showTrouble(null);
    });
    video.addEventListener("waiting", () => {
      if (this.#offline) this.cards.showTrouble("network");
    });
    for (const event of ["play", "pause", "ended"]) video.addEventListener(event, () => this.wake());
    this.captions.onText = (text) => this.#showCaption(text);
    this.captions.onMissing = () => this.notices.say(this.say("captionsMissing"));
    this.#canvas.addEventListener("webglcontextlost", () => this.notices.say(this.say("contextLost")));
  }

  #followMotionPreference() {
    const query = matchMedia("(prefers-reduced-motion: reduce)");
    this.view.calm = query.matches;
    query.addEventListener("change", () => {
      this.view.calm = query.matches;
    });
  }

  #applyPreferences() {
    const { volume, muted, speed, quality, captions } = this.preferences;
    this.video.volume = volume;
    this.video.muted = muted;
    this.video.playbackRate = this.video.defaultPlaybackRate = speed;
    this.source.choose(quality);
    // Never asked: captions are off, as everywhere; asked once: as last time, in the nearest language there is.
    void this.captions.choose(captions ? this.#captionLanguage() : null);
  }

  /** The caption language to switch on: the one chosen last, else the page's, else the first. */
  #captionLanguage() {
    const tracks = this.config.captions;
    const page = this.config.language.slice(0, 2);
    const wanted = tracks.find(({ lang }) => lang === this.preferences.captions)
      ?? tracks.find(({ lang }) => lang.slice(0, 2) === page)
      ?? tracks[0];
    return wanted?.lang ?? null;
  }

  /** @param {Partial<import("./preferences.js").Preferences>} some */
  #prefer(some) {
    Object.assign(this.preferences, some);
    savePreferences(this.preferences);
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }

  #sleep() {
    const busy = this.video.paused || this.settings.isOpen || this.host.dataset.trouble
      || this.bar.root.matches(":focus-within:has(:focus-visible)") || this.bar.root.matches(":hover");
    if (busy) this.wake();
    else this.host.dataset.asleep = "";
  }

  /** @param {string} pointer */
  #onTap(pointer) {
    if (pointer === "touch" && "asleep" in this.host.dataset) this.wake();
    else if (pointer === "touch" && !this.video.paused) this.host.dataset.asleep = "";
    else this.togglePlay();
  }

  /** @param {string} text */
  #showCaption(text) {
    this.#captionBox.replaceChildren(...text.split("\n").filter(Boolean).map((line) => element("span", {}, line)));
    this.vr.showCaption(text);
  }

  /** @param {import("./source.js").Trouble} trouble */
  #onTrouble(trouble) {
    // While there is still something to watch, a lost connection is nobody's worry.
    this.#offline = trouble === "network";
    const stands = this.video.readyState < 3 || (this.source instanceof TiledSource && this.source.waiting);
    if (!this.#offline || stands) this.cards.showTrouble(trouble);
  }

  /** @param {import("./keyboard.js").Command} command */
  #obey(command) {
    this.wake();
    const speedAt = SPEEDS.indexOf(this.preferences.speed);
    const actions = {
      play: () => this.togglePlay(),
      back: () => this.skip(-10),
      forward: () => this.skip(10),
      mute: () => this.toggleMute(),
      louder: () => this.setVolume(this.video.volume + VOLUME_STEP),
      softer: () => this.setVolume(this.video.volume - VOLUME_STEP),
      fullscreen: () => void this.toggleFullscreen(),
      captions: () => this.toggleCaptions(),
      slower: () => this.setSpeed(SPEEDS[Math.max(0, speedAt - 1)]),
      faster: () => this.setSpeed(SPEEDS[Math.min(SPEEDS.length - 1, speedAt + 1)]),
      zoomIn: () => this.view.zoom(1 / ZOOM_STEP),
      zoomOut: () => this.view.zoom(ZOOM_STEP),
      reset: () => this.recentre(),
      vr: () => void this.enterVr(),
      info: () => this.toggleInfo(),
      help: () => this.showShortcuts(),
    };
    actions[command]();
  }
}

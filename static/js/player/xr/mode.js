/** Watching in the headset: the session, and what its controls do. */

import { Group, HemisphereLight, Quaternion, Vector3 } from "three";
import { headingOfQuaternion, pitchOfQuaternion, wrapDegrees } from "../projection.js";
import { Sphere } from "../sphere.js";
import { CaptionBoard } from "./captions.js";
import { Pointer } from "./inputs.js";
import { seekShare } from "./layout.js";
import { MediaLayer } from "./media-layer.js";
import { Panel } from "./panel.js";

const RADIANS = Math.PI / 180;
/** The panel leaves after this long without anyone pointing at it, while the video plays. */
const PANEL_MS = 7000;
const HINT_MS = 4000;
const BACK_SECONDS = 10;

/** What the person meets in the headset beside the picture. @typedef {{ rig: Group, panel: Panel, words: CaptionBoard, pointers: Pointer[] }} Room */

export class VrMode {
  /** Where on the picture the head points while a session runs, degrees; kept up to date in place. */
  lookingAt = { yaw: 0, pitch: 0 };
  #player;
  #ensureStage;
  /** Made for the first session and kept: three.js keeps its controllers as well. @type {Room | null} */
  #room = null;
  /** @type {XRSession | null} */
  #session = null;
  /** Draws the sphere instead of the texture, where the headset offers it. @type {MediaLayer | null} */
  #layer = null;
  #head = new Vector3();
  #eye = new Vector3();
  #turn = new Quaternion();
  #heading = 0;
  /** Heading of the picture that lies straight ahead in the reference space, degrees. */
  #ahead = 0;
  #placed = false;
  #quietSince = 0;
  #now = 0;
  /** @type {Pointer | null} the one that drags the seek bar */
  #dragging = null;
  #caption = "";
  #hintUntil = 0;
  #hintGiven = false;

  /**
   * @param {import("../player.js").Player} player
   * @param {() => import("../stage.js").Stage} ensureStage
   */
  constructor(player, ensureStage) {
    this.#player = player;
    this.#ensureStage = ensureStage;
  }

  /** @returns {Promise<boolean>} whether a headset can be used here */
  async available() {
    return (await navigator.xr?.isSessionSupported("immersive-vr").catch(() => false)) ?? false;
  }

  get isPresenting() {
    return this.#session !== null;
  }

  async enter() {
    if (this.#session || !navigator.xr) return;
    const stage = this.#ensureStage();
    const session = await navigator.xr.requestSession("immersive-vr", { optionalFeatures: ["hand-tracking", "layers"] });
    session.addEventListener("end", this.#onEnd, { once: true });
    this.#session = session;
    this.#room ??= this.#furnish(stage);
    this.#room.panel.visible = true;
    stage.scene.add(this.#room.rig);
    this.#placed = false;
    this.#hintGiven = false;
    this.#player.gyroscope.stop();
    stage.onFrame = this.#frame;
    await stage.renderer.xr.setSession(session);
    stage.renderer.xr.getReferenceSpace()?.addEventListener("reset", this.#onReset);
    this.showCaption(this.#caption);
    this.#player.host.dataset.vr = "";
    await this.#player.play();
    this.#drawByLayer(stage, session);
  }

  /** Pictures that make sense only to the shader, or are not the video element's: the texture draws from now on. */
  drawByTexture() {
    const stage = this.#player.stage;
    if (!this.#layer || !stage) return;
    this.#layer.end();
    this.#layer = null;
    stage.picture.visible = true;
    stage.renderer.setClearAlpha(1);
  }

  /**
   * @param {import("../stage.js").Stage} stage
   * @param {XRSession} session
   */
  #drawByLayer(stage, session) {
    const space = stage.renderer.xr.getReferenceSpace();
    if (this.#session !== session || !space || !(stage.picture instanceof Sphere) || stage.drawsAlone) return;
    this.#layer = MediaLayer.create(session, space, this.#player.video, this.#player.config.stereo);
    if (!this.#layer) return;
    stage.picture.visible = false;
    stage.renderer.setClearAlpha(0);
    this.#turnPicture();
  }

  async leave() {
    await this.#session?.end();
  }

  /** @param {string} text */
  showCaption(text) {
    this.#caption = text;
    if (!this.isPresenting || this.#now < this.#hintUntil) return;
    this.#room?.words.write(text, this.#player.preferences.captionSize);
  }

  /** The front of the picture (or the screen) comes to where the person looks now. */
  recentre() {
    this.#ahead = -this.#heading;
    this.#turnPicture();
    this.#placePanel();
  }

  /**
   * @param {import("../stage.js").Stage} stage
   * @returns {Room}
   */
  #furnish(stage) {
    const { say, config } = this.#player;
    const rig = new Group();
    const panel = new Panel(say, config.title, config.captions.length > 0);
    const words = new CaptionBoard();
    rig.add(panel, words, new HemisphereLight(0xffffff, 0x3a4442, 2.6));
    const events = {
      onPress: (/** @type {Pointer} */ pointer) => this.#onPress(pointer),
      onHold: (/** @type {Pointer} */ pointer) => this.#onHold(pointer),
      onLetGo: (/** @type {Pointer} */ pointer) => this.#onLetGo(pointer),
      onKind: () => panel.setNear(pointers.some(({ isHand }) => isHand)),
    };
    /** @type {Pointer[]} */
    const pointers = [];
    for (const index of [0, 1]) pointers.push(new Pointer(stage.renderer.xr, index, rig, panel, events));
    return { rig, panel, words, pointers };
  }

  #onEnd = () => {
    const room = this.#room;
    const stage = this.#player.stage;
    this.#session = null;
    this.#layer = null;
    this.#dragging = null;
    this.#hintUntil = 0;
    if (!room || !stage) return;
    stage.onFrame = () => {};
    stage.scene.remove(room.rig);
    stage.picture.rotation.y = 0;
    stage.picture.visible = true;
    stage.renderer.setClearAlpha(1);
    this.#player.view.lookAt(this.#heading + this.#ahead, 0);
    stage.refresh();
    delete this.#player.host.dataset.vr;
    this.#player.wake();
  };

  #onReset = () => {
    this.#placed = false;
  };

  /**
   * @frame
   * @param {number} time ms
   * @param {number} seconds
   * @param {XRFrame | null} frame
   */
  #frame = (time, seconds, frame) => {
    const room = this.#room;
    const stage = this.#player.stage;
    if (room === null || stage === null || frame === null) return;
    this.#now = time;
    const camera = stage.renderer.xr.getCamera();
    this.#findHead(camera);
    this.#turn.setFromRotationMatrix(camera.matrixWorld);
    this.#heading = headingOfQuaternion(this.#turn.x, this.#turn.y, this.#turn.z, this.#turn.w);
    this.lookingAt.yaw = wrapDegrees(this.#heading + this.#ahead);
    this.lookingAt.pitch = pitchOfQuaternion(this.#turn.x, this.#turn.y, this.#turn.z, this.#turn.w);
    if (!this.#placed) this.#settle(room, time);
    if (stage.picture instanceof Sphere) stage.picture.position.copy(this.#head);
    room.words.follow(this.#heading, this.#head, seconds);
    this.#point(room, time);
    this.#show(room);
  };

  /**
   * Between the eyes.
   * @frame
   * @param {import("three").WebXRArrayCamera} camera
   */
  #findHead(camera) {
    const eyes = camera.cameras;
    this.#head.set(0, 0, 0);
    for (let i = 0; i < eyes.length; i++) this.#head.add(this.#eye.setFromMatrixPosition(eyes[i].matrixWorld));
    if (eyes.length > 0) this.#head.divideScalar(eyes.length);
  }

  /**
   * The first frame: what was in the middle of the page is in front of the person.
   * @param {Room} room
   * @param {number} time
   */
  #settle(room, time) {
    this.#placed = true;
    this.#ahead = this.#player.view.yaw - this.#heading;
    this.#turnPicture();
    this.#placePanel();
    room.words.jump(this.#heading);
    this.#quietSince = time;
  }

  /** Turns the picture so that the heading `#ahead` lies straight ahead in the reference space. */
  #turnPicture() {
    const picture = this.#player.stage?.picture;
    if (!picture) return;
    this.#layer?.turn(this.#ahead * RADIANS);
    if (picture instanceof Sphere) picture.rotation.y = this.#ahead * RADIANS;
    else {
      picture.rotation.y = -this.#heading * RADIANS;
      picture.position.copy(this.#head);
    }
  }

  #placePanel() {
    const panel = this.#room?.panel;
    if (!panel) return;
    panel.position.copy(this.#head);
    panel.rotation.y = -this.#heading * RADIANS;
    panel.updateMatrixWorld();
  }

  /**
   * @frame
   * @param {Room} room
   * @param {number} time
   */
  #point(room, time) {
    const state = room.panel.state;
    state.hover = null;
    state.aim = -1;
    for (let i = 0; i < room.pointers.length; i++) {
      const pointer = room.pointers[i];
      pointer.update();
      if (pointer.onPanel) this.#quietSince = time;
      if (pointer.target !== null) state.hover = pointer.target;
      if (pointer.target === "seek" || pointer === this.#dragging) state.aim = seekShare(pointer.column);
    }
    // Where nothing moves one looks for the controls: they stay, and they come at the end of the video.
    if (this.#player.video.paused) {
      this.#quietSince = time;
      if (!room.panel.visible) this.#showPanel(room);
    }
    if (room.panel.visible && time - this.#quietSince > PANEL_MS) this.#hidePanel(room, time);
    if (this.#hintUntil !== 0 && time > this.#hintUntil) this.#endHint();
  }

  /**
   * @frame
   * @param {Room} room
   */
  #show(room) {
    const state = room.panel.state;
    const video = this.#player.video;
    state.paused = video.paused;
    state.time = video.currentTime;
    state.duration = video.duration > 0 ? video.duration : 0;
    state.captions = this.#player.captions.language !== null;
    if (room.panel.visible) room.panel.refresh();
  }

  /**
   * @param {Room} room
   * @param {number} time
   */
  #hidePanel(room, time) {
    room.panel.visible = false;
    if (this.#hintGiven) return;
    this.#hintGiven = true;
    room.words.write(this.#player.say("vrHint"), this.#player.preferences.captionSize);
    this.#hintUntil = time + HINT_MS;
  }

  /** @param {Room} room */
  #showPanel(room) {
    room.panel.visible = true;
    this.#placePanel();
  }

  #endHint() {
    this.#hintUntil = 0;
    this.showCaption(this.#caption);
  }

  /** A ray was pressed and let go, or a finger went through. @param {Pointer} pointer */
  #onPress(pointer) {
    const room = this.#room;
    if (!room || this.#dragging) return;
    this.#quietSince = this.#now;
    if (!room.panel.visible) return this.#showPanel(room);
    if (pointer.target === "seek") this.#seekTo(pointer.column);
    else if (pointer.target) this.#obey(pointer.target);
    else if (!pointer.onPanel && !this.#player.video.paused) room.panel.visible = false;
  }

  /** @param {Pointer} pointer */
  #onHold(pointer) {
    if (pointer.target === "seek") this.#dragging = pointer;
  }

  /** @param {Pointer} pointer */
  #onLetGo(pointer) {
    if (this.#dragging !== pointer) return;
    this.#dragging = null;
    this.#seekTo(pointer.column);
  }

  /** @param {number} column */
  #seekTo(column) {
    const goal = seekShare(column) * this.#player.video.duration;
    if (Number.isFinite(goal) && Math.abs(goal - this.#player.video.currentTime) > 0.25) this.#player.seek(goal);
  }

  /** @param {import("./layout.js").PanelButton} button */
  #obey(button) {
    const actions = {
      play: () => this.#player.togglePlay(),
      back: () => this.#player.skip(-BACK_SECONDS),
      captions: () => this.#player.toggleCaptions(),
      recentre: () => this.recentre(),
      exit: () => void this.leave(),
    };
    actions[button]();
  }
}

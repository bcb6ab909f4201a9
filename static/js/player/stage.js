/**
 * The stage draws: camera, video texture, and the loop that is the same on the page and in the headset.
 * Functions marked `@frame` run for every picture; they allocate nothing (stage.test.js holds them to it).
 */

import {
  LinearFilter, NoColorSpace, PerspectiveCamera, RepeatWrapping, Scene, VideoFrameTexture, VideoTexture, WebGLRenderer,
} from "three";
import { LEFT_EYE, Sphere } from "./sphere.js";
import { Theatre } from "./theatre.js";
import { PackedMap } from "./tiled/packed-map.js";
import { verticalFov } from "./projection.js";

const RADIANS = Math.PI / 180;
/** A picture of 8K is sharp enough without the finest screens' last pixel, and phones stay cool. */
const MAX_PIXEL_RATIO = 2;
const MAX_ANISOTROPY = 8;
/** Without news from requestVideoFrameCallback for this long, the video's clock tells whether there is a new picture. */
const SILENT_MS = 120;

export class NoWebGL extends Error {}

export class Stage {
  #video;
  #view;
  #texture;
  #drawnVersion = -1;
  #drawnTime = -1;
  #newsAt = 0;
  #last = 0;
  #stale = true;
  #width = 0;
  #height = 0;
  /** Reads where things are in packed pictures; null while pictures are whole. @type {PackedMap | null} */
  #map = null;
  /** Where pictures come from; null: the video element. @type {import("./tiled/frames.js").FrameQueue | null} */
  #frames = null;
  /** For pictures that are not the video element's. @type {VideoFrameTexture | null} */
  #frameTexture = null;

  /** Called on every frame with (time in ms, seconds since the last frame, XRFrame or null). */
  /** @type {(time: number, seconds: number, frame: XRFrame | null) => void} */
  onFrame = () => {};
  /** Called after a picture was drawn on the page. */
  onDrawn = () => {};

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {HTMLVideoElement} video
   * @param {import("./view.js").View} view
   * @param {{ projection: "equirectangular" | "flat", stereo: "mono" | "top-bottom" }} shape
   * @throws {NoWebGL} where the browser gives no WebGL 2
   */
  constructor(canvas, video, view, shape) {
    this.#video = video;
    this.#view = view;
    this.canvas = canvas;
    try {
      this.renderer = new WebGLRenderer({ canvas, antialias: shape.projection === "flat", powerPreference: "high-performance" });
    } catch (reason) {
      throw new NoWebGL(String(reason));
    }
    this.renderer.xr.enabled = true;
    this.renderer.xr.setReferenceSpaceType("local");
    this.renderer.xr.setFoveation(0);
    // The head's place is needed before the picture is drawn, so the loop brings the camera there itself.
    this.renderer.xr.cameraAutoUpdate = false;
    this.#texture = this.#smooth(new VideoTexture(video));
    this.scene = new Scene();
    this.camera = new PerspectiveCamera(60, 1, 0.05, 50);
    this.camera.rotation.order = "YXZ";
    this.camera.layers.enable(LEFT_EYE);
    this.picture = shape.projection === "flat" ? new Theatre(this.#texture) : new Sphere(this.#texture, shape.stereo);
    this.scene.add(this.picture);

    new ResizeObserver(() => this.#resize()).observe(canvas);
    video.addEventListener("loadedmetadata", this.#onShape);
    video.addEventListener("resize", this.#onShape);
    video.addEventListener("seeked", this.#onSeeked);
    canvas.addEventListener("webglcontextrestored", this.#onRestored);
    this.#onShape();
    this.#resize();
    this.renderer.setAnimationLoop(this.#tick);
  }

  /** Whether a picture of the video was drawn, not only the empty room. */
  get hasPicture() {
    return this.#drawnVersion > 0;
  }

  /**
   * What the pictures are like from now on.
   * @param {import("./source-tiled.js").Pictures} pictures
   */
  setPictures({ packing, frames }) {
    if (!(this.picture instanceof Sphere)) return;
    this.#frames = frames;
    if (frames) this.#frameTexture ??= this.#smooth(new VideoFrameTexture());
    else this.#frameTexture?.dispose();
    const texture = (frames && this.#frameTexture) ?? this.#texture;
    this.#map?.dispose();
    this.#map = packing && new PackedMap(texture, packing);
    this.picture.setTexture(texture);
    this.picture.setPacking(packing && this.#map && { packing, map: this.#map.texture });
    this.#onShape();
  }

  /** Whether only this stage can draw the pictures: packed ones, and those that are not the video element's. */
  get drawsAlone() {
    return this.#map !== null || this.#frames !== null;
  }

  /**
   * @template {import("three").Texture} T
   * @param {T} texture
   */
  #smooth(texture) {
    texture.colorSpace = NoColorSpace;
    texture.minFilter = texture.magFilter = LinearFilter;
    texture.wrapS = RepeatWrapping;
    texture.anisotropy = Math.min(MAX_ANISOTROPY, this.renderer.capabilities.getMaxAnisotropy());
    return texture;
  }

  /** Draw once more although nothing moved. */
  refresh() {
    this.#stale = true;
  }

  #onShape = () => {
    const { videoWidth, videoHeight } = this.#video;
    if (!videoWidth) return;
    if (this.picture instanceof Sphere) this.picture.setPictureHeight(this.#map ? 0 : videoHeight);
    else this.picture.setAspect(videoWidth / videoHeight);
    this.#stale = true;
  };

  #onSeeked = () => {
    if (this.#video.readyState >= 2) this.#texture.needsUpdate = true;
    this.#stale = true;
  };

  #onRestored = () => {
    this.#texture.needsUpdate = true;
    if (this.#frames && this.#frameTexture?.image) this.#frameTexture.needsUpdate = true;
    this.#stale = true;
  };

  #resize() {
    const { clientWidth, clientHeight } = this.canvas;
    if (this.renderer.xr.isPresenting || !clientWidth || !clientHeight) return;
    this.#width = clientWidth;
    this.#height = clientHeight;
    this.renderer.setPixelRatio(Math.min(devicePixelRatio, MAX_PIXEL_RATIO));
    this.renderer.setSize(clientWidth, clientHeight, false);
    this.#stale = true;
  }

  /**
   * @frame
   * @param {number} time ms
   * @param {XRFrame} [frame] present in an immersive session
   */
  #tick = (time, frame) => {
    const seconds = this.#last === 0 ? 0 : Math.min(0.1, (time - this.#last) / 1000);
    this.#last = time;
    const moved = this.#view.update(seconds);
    const fresh = this.#takeVideoFrame(time);
    if (this.#map !== null && (fresh || this.#stale)) this.#map.update(this.renderer);
    if (frame !== undefined) {
      this.renderer.xr.updateCamera(this.camera);
      this.onFrame(time, seconds, frame);
      this.renderer.render(this.scene, this.camera);
      return;
    }
    this.onFrame(time, seconds, null);
    if ((!moved && !fresh && !this.#stale) || this.#height === 0) return;
    this.#stale = false;
    this.#aim();
    this.renderer.render(this.scene, this.camera);
    this.onDrawn();
  };

  /** @frame */
  #aim() {
    const view = this.#view;
    const aspect = this.#width / this.#height;
    const fov = verticalFov(view.fov, aspect);
    if (fov !== this.camera.fov || aspect !== this.camera.aspect) {
      this.camera.fov = fov;
      this.camera.aspect = aspect;
      this.camera.updateProjectionMatrix();
    }
    this.camera.rotation.set(view.pitch * RADIANS, -view.yaw * RADIANS, view.roll * RADIANS);
  }

  /**
   * Whether the video shows a picture that was not drawn yet. Some browsers stop requestVideoFrameCallback inside an
   * immersive session; there the video's clock stands in for it.
   * @frame
   * @param {number} time ms
   */
  #takeVideoFrame(time) {
    if (this.#frames !== null) return this.#takeFrame(this.#frames);
    const texture = this.#texture;
    // In the middle of a seek some browsers have no picture and would upload black: the one before stays.
    if (this.#video.readyState < 2 && this.#drawnVersion > 0) texture.version = this.#drawnVersion;
    if (texture.version !== this.#drawnVersion) {
      this.#drawnVersion = texture.version;
      this.#newsAt = time;
      this.#drawnTime = this.#video.currentTime;
      return true;
    }
    if (time - this.#newsAt < SILENT_MS || this.#video.currentTime === this.#drawnTime || this.#video.readyState < 2) return false;
    texture.needsUpdate = true;
    this.#drawnVersion = texture.version;
    this.#drawnTime = this.#video.currentTime;
    return true;
  }

  /**
   * @frame
   * @param {import("./tiled/frames.js").FrameQueue} frames
   */
  #takeFrame(frames) {
    const frame = frames.take();
    const texture = this.#frameTexture;
    if (frame === null || texture === null) return false;
    if (this.#map === null && this.picture instanceof Sphere) this.picture.setPictureHeight(frame.codedHeight);
    texture.setFrame(frame);
    this.#drawnVersion = texture.version;
    return true;
  }
}

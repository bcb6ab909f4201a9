/**
 * The sphere as a layer of the headset's own (WebXR Layers, XREquirectLayer): its compositor samples the video once, at the
 * screen's full resolution, and the page's texture and shader rest. Where it is not offered the texture draws as before.
 */

/**
 * @typedef {{ transform: XRRigidTransform, destroy?: () => void }} EquirectLayer
 * @typedef {new (session: XRSession) => { createEquirectLayer: (video: HTMLVideoElement, init: object) => EquirectLayer }} MediaBinding
 */

/** Everything around, in radians. */
const SPHERE = { centralHorizontalAngle: 2 * Math.PI, upperVerticalAngle: Math.PI / 2, lowerVerticalAngle: -Math.PI / 2 };

export class MediaLayer {
  #session;
  #layer;
  #others;

  /**
   * @param {XRSession} session
   * @param {EquirectLayer} layer
   * @param {readonly XRLayer[]} others what the page draws, in front of it
   */
  constructor(session, layer, others) {
    this.#session = session;
    this.#layer = layer;
    this.#others = others;
    this.#show([/** @type {any} */ (layer), ...others]);
  }

  /**
   * @param {XRSession} session
   * @param {XRReferenceSpace} space
   * @param {HTMLVideoElement} video
   * @param {"mono" | "top-bottom"} stereo
   * @param {any} [scope] where the browser keeps its constructors
   * @returns {MediaLayer | null} null where the headset offers no such layers
   */
  static create(session, space, video, stereo, scope = globalThis) {
    const Binding = /** @type {MediaBinding | undefined} */ (scope.XRMediaBinding);
    const others = session.renderState.layers;
    if (!Binding || !others?.length || !session.enabledFeatures?.includes("layers") || video.readyState < 1) return null;
    try {
      const layout = stereo === "top-bottom" ? "stereo-top-bottom" : "mono";
      const layer = new Binding(session).createEquirectLayer(video, { space, layout, radius: 0, ...SPHERE });
      return new MediaLayer(session, layer, [...others]);
    } catch {
      return null;
    }
  }

  /**
   * Turns the picture around the person.
   * @param {number} angle radians about the upward axis
   */
  turn(angle) {
    this.#layer.transform = new XRRigidTransform({ x: 0, y: 0, z: 0 }, { x: 0, y: Math.sin(angle / 2), z: 0, w: Math.cos(angle / 2) });
  }

  /** The page draws alone again. */
  end() {
    this.#show(this.#others);
    this.#layer.destroy?.();
  }

  /** @param {readonly XRLayer[]} layers back to front */
  #show(layers) {
    this.#session.updateRenderState({ layers: /** @type {XRLayer[]} */ ([...layers]) });
  }
}

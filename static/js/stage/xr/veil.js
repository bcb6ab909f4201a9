/** Comfort: a fade while one is moved, and a narrowed view while one turns. Both hang before the eyes only then. */

import { BackSide, Group, Mesh, MeshBasicMaterial, RingGeometry, SphereGeometry } from "three";

const FADE_S = 0.16;

export class Veil extends Group {
  #dark;
  #ring;
  #left = 0;
  narrow = true;

  constructor() {
    super();
    this.name = "veil";
    this.#dark = new Mesh(new SphereGeometry(0.2, 12, 8), new MeshBasicMaterial({ color: 0x050707, side: BackSide, transparent: true, depthTest: false, depthWrite: false }));
    this.#ring = new Mesh(new RingGeometry(0.11, 0.6, 40), new MeshBasicMaterial({ color: 0x050707, transparent: true, opacity: 0.92, depthTest: false, depthWrite: false }));
    this.#ring.position.z = -0.16;
    this.#dark.renderOrder = this.#ring.renderOrder = 30;
    this.#dark.visible = this.#ring.visible = false;
    this.add(this.#dark, this.#ring);
  }

  /** One is moved now. */
  drop() {
    this.#left = FADE_S;
  }

  /**
   * @frame
   * @param {number} seconds
   */
  update(seconds) {
    this.#left = Math.max(0, this.#left - seconds);
    this.#dark.visible = this.#left > 0;
    this.#ring.visible = this.narrow && this.#left > 0;
    this.#dark.material.opacity = this.#left / FADE_S;
  }
}

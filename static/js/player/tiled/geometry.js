/**
 * Where tiles lie on the sphere, and how much of a person's view each of them fills.
 *
 * Angles are degrees as in ../projection.js: yaw 0 in the middle of the picture, positive to the right; pitch positive up.
 * Tiles are counted in raster order from the top left. In a top-bottom picture both eyes look at their own half.
 */

const RADIANS = Math.PI / 180;
/** Rays across and down one view: fine enough that a tile of 30 degrees gets its share within a percent. */
const RAYS_ACROSS = 16;
const RAYS_DOWN = 12;

/**
 * @typedef {object} Grid
 * @property {number} width luma samples of the whole picture
 * @property {number} height
 * @property {number} columns
 * @property {number} rows
 * @property {number[]} x left edges in luma samples, and `width` at the end
 * @property {number[]} y top edges, and `height` at the end
 * @property {"mono" | "top-bottom"} stereo
 *
 * @typedef {object} Viewport
 * @property {number} fovX degrees, horizontal
 * @property {number} fovY degrees, vertical
 *
 * @typedef {object} Direction
 * @property {number} yaw degrees
 * @property {number} pitch degrees
 * @property {number} [roll] degrees, clockwise
 */

/** Looks tiles up by direction, without arithmetic on edges for every ray. */
export class TileMap {
  #columnOf;
  #rowOf;
  #rays;

  /**
   * @param {Grid} grid
   * @param {Viewport} viewport
   */
  constructor(grid, viewport) {
    this.grid = grid;
    this.tiles = grid.columns * grid.rows;
    this.#columnOf = indexBySample(grid.x, 1024);
    this.#rowOf = indexBySample(grid.y, 1024);
    this.#rays = raysOf(viewport);
  }

  /** @param {Viewport} viewport */
  setViewport(viewport) {
    this.#rays = raysOf(viewport);
  }

  /**
   * @param {number} u place across the picture, 0..1
   * @param {number} v place down the whole picture, 0..1
   */
  tileAt(u, v) {
    const column = this.#columnOf[Math.min(1023, Math.max(0, Math.floor(u * 1024)))];
    const row = this.#rowOf[Math.min(1023, Math.max(0, Math.floor(v * 1024)))];
    return row * this.grid.columns + column;
  }

  /**
   * Adds to `shares` how much of the view each tile fills, times `weight`; one view adds `weight` in all.
   * @param {Direction} direction
   * @param {Float64Array} shares one for each tile
   * @param {number} [weight]
   */
  addView(direction, shares, weight = 1) {
    const yaw = direction.yaw * RADIANS;
    const pitch = direction.pitch * RADIANS;
    const roll = (direction.roll ?? 0) * RADIANS;
    const [sinPitch, cosPitch] = [Math.sin(pitch), Math.cos(pitch)];
    const [sinRoll, cosRoll] = [Math.sin(roll), Math.cos(roll)];
    const rays = this.#rays;
    const stereo = this.grid.stereo === "top-bottom";
    const each = weight / (rays.length / 2) / (stereo ? 2 : 1);
    for (let i = 0; i < rays.length; i += 2) {
      const across = rays[i] * cosRoll + rays[i + 1] * sinRoll;
      const up = rays[i + 1] * cosRoll - rays[i] * sinRoll;
      const y = up * cosPitch + sinPitch;
      const forward = cosPitch - up * sinPitch;
      const turns = (yaw + Math.atan2(across, forward)) / (2 * Math.PI) + 0.5;
      const u = turns - Math.floor(turns);
      const v = 0.5 - Math.atan2(y, Math.hypot(across, forward)) / Math.PI;
      if (stereo) {
        shares[this.tileAt(u, v / 2)] += each;
        shares[this.tileAt(u, 0.5 + v / 2)] += each;
      } else shares[this.tileAt(u, v)] += each;
    }
  }

  /**
   * How much of one view each tile fills; the sum is 1.
   * @param {Direction} direction
   */
  view(direction) {
    const shares = new Float64Array(this.tiles);
    this.addView(direction, shares);
    return shares;
  }
}

/**
 * The tiles that a region of the sphere touches.
 * @param {TileMap} map
 * @param {{ yaw: number, pitch: number, width: number, height: number }} region centre and extent in degrees
 * @returns {Set<number>}
 */
export function tilesOfRegion(map, region) {
  const found = new Set();
  const steps = (/** @type {number} */ extent) => Math.max(2, Math.ceil(Math.min(360, extent) / 4));
  const [across, down] = [steps(region.width), steps(region.height)];
  for (let i = 0; i <= across; i++) {
    const turns = (region.yaw - region.width / 2 + (region.width * i) / across) / 360 + 0.5;
    const u = turns - Math.floor(turns);
    for (let j = 0; j <= down; j++) {
      const pitch = Math.max(-90, Math.min(90, region.pitch + region.height / 2 - (region.height * j) / down));
      const v = 0.5 - pitch / 180;
      if (map.grid.stereo === "top-bottom") {
        found.add(map.tileAt(u, v / 2));
        found.add(map.tileAt(u, 0.5 + v / 2));
      } else found.add(map.tileAt(u, v));
    }
  }
  return found;
}

/**
 * @param {number[]} edges
 * @param {number} samples
 */
function indexBySample(edges, samples) {
  const index = new Uint8Array(samples);
  const end = edges[edges.length - 1];
  let at = 0;
  for (let i = 0; i < samples; i++) {
    while (at < edges.length - 2 && ((i + 0.5) / samples) * end >= edges[at + 1]) at++;
    index[i] = at;
  }
  return index;
}

/**
 * Directions through the screen's points, as x (right) and y (up) at distance 1.
 * @param {Viewport} viewport
 */
function raysOf(viewport) {
  const halfX = Math.tan((Math.min(170, viewport.fovX) / 2) * RADIANS);
  const halfY = Math.tan((Math.min(170, viewport.fovY) / 2) * RADIANS);
  const rays = new Float64Array(RAYS_ACROSS * RAYS_DOWN * 2);
  let at = 0;
  for (let j = 0; j < RAYS_DOWN; j++) {
    for (let i = 0; i < RAYS_ACROSS; i++) {
      rays[at++] = halfX * ((2 * (i + 0.5)) / RAYS_ACROSS - 1);
      rays[at++] = halfY * (1 - (2 * (j + 0.5)) / RAYS_DOWN);
    }
  }
  return rays;
}

/**
 * @param {{ yaw: number, pitch: number }} a
 * @param {{ yaw: number, pitch: number }} b
 * @returns {number} degrees
 */
export function angleBetween(a, b) {
  const [p, q] = [a.pitch * RADIANS, b.pitch * RADIANS];
  const cosine = Math.sin(p) * Math.sin(q) + Math.cos(p) * Math.cos(q) * Math.cos((a.yaw - b.yaw) * RADIANS);
  return Math.acos(Math.max(-1, Math.min(1, cosine))) / RADIANS;
}

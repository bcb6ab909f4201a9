/** Furniture and fittings that several rooms share. */

import { lettering } from "./kit.js";

/** @typedef {import("./kit.js").Kit} Kit */

/**
 * Floor with joints, and four walls around it.
 * @param {Kit} kit
 * @param {{ width: number, depth: number, height: number, floor: number, joint: number, wall: number, skirting: number, ceiling: number | null, tile: number }} about
 */
export function shell(kit, { width, depth, height, floor, joint, wall, skirting, ceiling, tile }) {
  kit.box([width, 0.1, depth], [0, -0.05, 0], floor);
  for (let x = -width / 2 + tile; x < width / 2; x += tile) kit.sheet(0.012, depth, [x, 0.002, 0], joint);
  for (let z = -depth / 2 + tile; z < depth / 2; z += tile) kit.sheet(width, 0.012, [0, 0.002, z], joint);
  const walls = /** @type {const} */ ([[0, -depth / 2, width, 0], [0, depth / 2, width, 0], [-width / 2, 0, depth, 1], [width / 2, 0, depth, 1]]);
  for (const [x, z, length, side] of walls) {
    const turn = side ? Math.PI / 2 : 0;
    kit.box([length, height, 0.1], [x, height / 2, z], wall, { turn });
    kit.box([length, 0.12, 0.14], [x, 0.06, z], skirting, { turn });
  }
  if (ceiling !== null) kit.box([width, 0.1, depth], [0, height + 0.05, 0], ceiling);
}

/** @param {Kit} kit @param {number} x @param {number} z @param {number} turn @param {{ length?: number, seat: number, frame: number }} look */
export function bench(kit, x, z, turn, { length = 1.6, seat, frame }) {
  const along = Math.cos(turn);
  const across = -Math.sin(turn);
  kit.box([length, 0.06, 0.45], [x, 0.44, z], seat, { turn });
  for (const end of [-0.4, 0.4]) kit.box([0.06, 0.42, 0.4], [x + end * length * along, 0.21, z + end * length * across], frame, { turn });
  kit.shadow(length * 1.1, 0.7, x, z);
}

/** @param {Kit} kit @param {number} x @param {number} z @param {{ width?: number, depth?: number, height?: number, top: number, leg: number }} look */
export function table(kit, x, z, { width = 1.2, depth = 0.7, height = 0.74, top, leg }) {
  kit.box([width, 0.04, depth], [x, height, z], top);
  for (const i of [-1, 1]) for (const k of [-1, 1]) kit.box([0.05, height, 0.05], [x + i * (width / 2 - 0.06), height / 2, z + k * (depth / 2 - 0.06)], leg);
  kit.shadow(width * 1.2, depth * 1.3, x, z);
}

/** @param {Kit} kit @param {number} x @param {number} z @param {number} turn @param {number} colour @param {number} frame */
export function chair(kit, x, z, turn, colour, frame) {
  const behind = 0.2;
  kit.box([0.44, 0.05, 0.44], [x, 0.45, z], colour, { turn });
  kit.box([0.44, 0.46, 0.05], [x - behind * Math.sin(turn), 0.72, z - behind * Math.cos(turn)], colour, { turn });
  for (const i of [-1, 1]) for (const k of [-1, 1]) kit.box([0.035, 0.44, 0.035], [x + i * 0.18, 0.22, z + k * 0.18], frame);
  kit.shadow(0.7, 0.7, x, z);
}

/** @param {Kit} kit @param {number} x @param {number} z @param {number} size */
export function plant(kit, x, z, size) {
  kit.tube(0.2 * size, 0.36 * size, [x, 0.18 * size, z], 0xb8b0a4, { top: 0.25 * size });
  for (let i = 0; i < 9; i++) {
    const turn = i * 2.4;
    kit.ball(0.2 * size, [x + 0.2 * size * Math.cos(turn), (0.62 + 0.07 * i) * size, z + 0.2 * size * Math.sin(turn)], i % 2 ? 0x4a7a50 : 0x5c8c5c, [1, 0.62, 1]);
  }
  kit.shadow(0.8 * size, 0.8 * size, x, z);
}

/** Where an AED hangs: a white cabinet with a sign over it. @param {Kit} kit @param {number} x @param {number} z @param {number} turn */
export function aedCabinet(kit, x, z, turn) {
  const out = 0.12;
  kit.box([0.5, 0.56, 0.22], [x + out * Math.sin(turn), 1.3, z + out * Math.cos(turn)], 0xf2f2ef, { turn });
  kit.box([0.42, 0.46, 0.02], [x + 0.235 * Math.sin(turn), 1.3, z + 0.235 * Math.cos(turn)], 0x39504c, { turn });
  kit.sign(0.5, 0.5, [x + 0.08 * Math.sin(turn), 1.92, z + 0.08 * Math.cos(turn)], turn, lettering("#0b6666", "#ffffff", ["AED", "自动体外除颤器"], 0.34));
}

/** A window with daylight behind it. @param {Kit} kit @param {number} x @param {number} y @param {number} z @param {number} turn @param {number} width @param {number} height */
export function daylight(kit, x, y, z, turn, width, height) {
  kit.lamp([width, height, 0.02], [x, y, z], 0xdfeef6, { turn });
  kit.box([width + 0.14, 0.07, 0.1], [x, y - height / 2, z], 0xf4f2ee, { turn });
  kit.box([width + 0.14, 0.07, 0.1], [x, y + height / 2, z], 0xf4f2ee, { turn });
  kit.box([0.06, height, 0.1], [x, y, z], 0xf4f2ee, { turn });
}

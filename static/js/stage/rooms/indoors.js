/** Rooms at home and at table: living room, restaurant, nursery. */

import { Kit, lettering } from "./kit.js";
import { chair, daylight, plant, shell, table } from "./parts.js";

const WARM_LAMP = 0xfff0d2;

/** @returns {import("./index.js").Place} */
export function home() {
  const kit = new Kit();
  shell(kit, { width: 7, depth: 6, height: 2.7, floor: 0xb8936a, joint: 0xa98560, wall: 0xefe8da, skirting: 0xd8cbb4, ceiling: 0xf8f5ee, tile: 0.9 });
  kit.lamp([0.5, 0.06, 0.5], [0, 2.66, 0], WARM_LAMP);
  kit.box([2.2, 0.4, 0.9], [-2.2, 0.24, -0.2], 0x6d8480, { turn: Math.PI / 2 }).box([2.2, 0.5, 0.22], [-2.7, 0.62, -0.2], 0x5f7571, { turn: Math.PI / 2 });
  for (const z of [-1.2, 0.8]) kit.box([0.9, 0.6, 0.2], [-2.2, 0.4, z], 0x5f7571);
  kit.box([0.45, 0.42, 0.14], [-2.45, 0.62, 0.4], 0xd8a05a, { tilt: 0.2 });
  kit.shadow(1.3, 2.7, -2.2, -0.2);
  kit.sheet(2.6, 2.6, [0, 0.006, 0.2], 0xa0564a).sheet(2.3, 2.3, [0, 0.008, 0.2], 0xb87466);
  kit.box([1.9, 0.45, 0.4], [1.2, 0.24, -2.7], 0x7a5c40).box([1.4, 0.8, 0.05], [1.2, 1.05, -2.8], 0x15191a);
  table(kit, 2.5, 1.7, { width: 1.2, depth: 0.8, top: 0x8a6a48, leg: 0x7a5c40 });
  chair(kit, 2.5, 0.95, 0, 0xa07848, 0x7a5c40);
  chair(kit, 2.5, 2.45, Math.PI, 0xa07848, 0x7a5c40);
  kit.tube(0.05, 0.1, [2.4, 0.81, 1.7], 0xf2efe8).ball(0.13, [2.7, 0.86, 1.7], 0xc8703a, [1, 0.6, 1]);
  kit.box([0.95, 2.05, 0.06], [-1.4, 1.02, -2.93], 0x8a6a48).ball(0.035, [-1.05, 1, -2.88], 0xd7b25a);
  daylight(kit, 3.42, 1.55, 0.2, Math.PI / 2, 1.8, 1.3);
  for (const z of [-0.9, 1.3]) kit.box([0.06, 2, 0.35], [3.36, 1.35, z], 0xd8a05a);
  kit.sign(0.9, 0.65, [-3.43, 1.7, -0.2], Math.PI / 2, painting);
  plant(kit, -2.9, -2.3, 1);
  return {
    room: kit.build(), sky: 0xefe8da, light: { sky: 0xfff6e6, ground: 0x8a6f52, strength: 1.8, sun: 1.1 }, surface: 0,
    stands: [[-1.35, -0.9, 1.15], [-1.3, 0.8, 1.8]], aedHome: { at: [-1.4, 0.5, -2.5], turn: 0 },
  };
}

/** @param {CanvasRenderingContext2D} paint @param {number} width @param {number} height */
function painting(paint, width, height) {
  paint.fillStyle = "#7a5c40";
  paint.fillRect(0, 0, width, height);
  const sky = paint.createLinearGradient(0, 0, 0, height);
  sky.addColorStop(0, "#e9d3b0");
  sky.addColorStop(1, "#9db8b4");
  paint.fillStyle = sky;
  paint.fillRect(width * 0.05, height * 0.07, width * 0.9, height * 0.86);
  ["#7f9c98", "#5d807b", "#3f625d"].forEach((colour, i) => {
    paint.fillStyle = colour;
    paint.beginPath();
    paint.moveTo(width * 0.05, height * 0.93);
    for (let x = 0.05; x <= 0.951; x += 0.05) paint.lineTo(width * x, height * (0.5 + 0.12 * i + 0.09 * Math.sin(x * 9 + i * 2)));
    paint.lineTo(width * 0.95, height * 0.93);
    paint.fill();
  });
}

/** @returns {import("./index.js").Place} */
export function restaurant() {
  const kit = new Kit();
  shell(kit, { width: 10, depth: 9, height: 3, floor: 0x8f6f50, joint: 0x846648, wall: 0xe8d9bd, skirting: 0x7a4a3a, ceiling: 0xf2e8d6, tile: 0.8 });
  for (const [x, z] of [[-2.6, -2.4], [0.4, -2.7], [3.2, -2.2], [-3, 1.6], [3, 1.6]]) {
    kit.tube(0.55, 0.04, [x, 0.74, z], 0xf2efe8).tube(0.05, 0.72, [x, 0.36, z], 0x59645f).tube(0.26, 0.03, [x, 0.02, z], 0x59645f);
    kit.shadow(1.4, 1.4, x, z);
    kit.tube(0.13, 0.03, [x + 0.2, 0.775, z], 0x4b6cb0).tube(0.1, 0.07, [x - 0.18, 0.79, z + 0.1], 0xc8703a);
    for (const turn of [0, Math.PI]) chair(kit, x, z - Math.cos(turn) * 0.85, turn, 0x8a4a3a, 0x4a3a2c);
    kit.tube(0.012, 0.9, [x, 2.55, z], 0x39413f).ball(0.16, [x, 2.05, z], 0xc8452f, [1, 1.15, 1]);
    kit.lamp([0.14, 0.02, 0.14], [x, 1.88, z], WARM_LAMP);
  }
  kit.box([4, 1.1, 0.6], [0, 0.55, -4.1], 0x7a4a3a).box([4.1, 0.05, 0.7], [0, 1.12, -4.1], 0xd8c9ae);
  for (let i = 0; i < 9; i++) kit.tube(0.045, 0.28, [-1.6 + 0.4 * i, 1.86, -4.35], i % 2 ? 0x4d7c48 : 0x8a4a3a);
  kit.box([3.8, 0.04, 0.25], [0, 1.7, -4.35], 0x7a5c40);
  kit.sign(2.6, 0.7, [0, 2.45, -4.43], 0, lettering("#8a2f22", "#f4d9a0", ["家常菜馆  Home Kitchen"], 0.42));
  daylight(kit, 4.93, 1.6, 0, Math.PI / 2, 2.4, 1.5);
  plant(kit, -4.5, -3.9, 1.2);
  return {
    room: kit.build(), sky: 0xe8d9bd, light: { sky: 0xfff1d8, ground: 0x7d6248, strength: 1.8, sun: 1 }, surface: 0,
    stands: [[-1.4, -0.7, 1.2], [-1.5, 0.8, 1.8]], aedHome: { at: [1.6, 1.2, -4.1], turn: 0 },
  };
}

/** @returns {import("./index.js").Place} */
export function nursery() {
  const kit = new Kit();
  shell(kit, { width: 6, depth: 5.4, height: 2.7, floor: 0xd8c3a0, joint: 0xcab592, wall: 0xdfe8e2, skirting: 0xf4f2ee, ceiling: 0xf8f6f0, tile: 0.8 });
  kit.lamp([0.45, 0.05, 0.45], [0, 2.66, 0], WARM_LAMP);
  const top = 0.86;
  kit.box([0.7, 0.08, 1.05], [0, top - 0.04, 0.08], 0xf4f2ee).box([0.66, top - 0.1, 1], [0, (top - 0.1) / 2, 0.08], 0xd8c9ae);
  for (const x of [-0.34, 0.34]) kit.box([0.04, 0.1, 1.05], [x, top + 0.03, 0.08], 0xf4f2ee);
  for (let i = 0; i < 3; i++) kit.box([0.01, 0.2, 0.9], [0.335, 0.2 + 0.24 * i, 0.08], 0xc4b18e);
  kit.shadow(1.1, 1.5, 0, 0.08);
  // The cot.
  kit.box([0.8, 0.12, 1.3], [-2.2, 0.4, -1.2], 0xf2efe8);
  for (let i = 0; i < 9; i++) for (const x of [-2.6, -1.8]) kit.box([0.025, 0.5, 0.025], [x, 0.6, -1.8 + 0.15 * i], 0xd8c9ae);
  for (const x of [-2.6, -1.8]) kit.box([0.04, 0.04, 1.3], [x, 0.86, -1.2], 0xc4b18e);
  for (const z of [-1.85, -0.55]) kit.box([0.84, 0.75, 0.04], [-2.2, 0.5, z], 0xc4b18e);
  kit.shadow(1.1, 1.7, -2.2, -1.2);
  kit.sheet(1.8, 1.8, [1.6, 0.006, 0.9], 0x9cc3bb).ball(0.12, [1.4, 0.12, 0.8], 0xc8703a).box([0.14, 0.14, 0.14], [1.8, 0.07, 1.1], 0x4b6cb0, { turn: 0.5 }).box([0.14, 0.14, 0.14], [1.95, 0.07, 0.9], 0xe0b23c, { turn: 0.2 });
  kit.box([1.2, 1.5, 0.35], [1.9, 0.75, -2.45], 0xf2efe8);
  for (let i = 0; i < 3; i++) kit.box([1.1, 0.34, 0.02], [1.9, 0.35 + 0.42 * i, -2.26], [0xd8e0dc, 0xe8d9bd, 0xd8e0dc][i]);
  daylight(kit, 0, 1.6, -2.63, 0, 1.5, 1.2);
  kit.sign(0.7, 0.7, [-2.93, 1.6, 0.6], Math.PI / 2, lettering("#f4e3c8", "#8a5a3a", ["☾", "晚安  Good night"], 0.4));
  return {
    room: kit.build(), sky: 0xdfe8e2, light: { sky: 0xfff8ec, ground: 0x9a8a70, strength: 1.9, sun: 0.9 }, surface: top,
    stands: [[-0.95, -0.6, 1.1], [-1.1, 0.6, 1.8]], aedHome: { at: [1.9, 1.52, -2.45], turn: 0 },
  };
}

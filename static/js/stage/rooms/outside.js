/** Rooms where many people pass: metro hall, office, park, workshop, hospital ward. */

import { Kit, lettering } from "./kit.js";
import { TROLLEY_TOP } from "../props/things.js";
import { aedCabinet, bench, chair, daylight, plant, shell, table } from "./parts.js";

const WHITE_LAMP = 0xfbf8f0;

/** @returns {import("./index.js").Place} */
export function metroHall() {
  const kit = new Kit();
  shell(kit, { width: 18, depth: 14, height: 4.2, floor: 0xc9c4ba, joint: 0xb4aea3, wall: 0xd9d6ce, skirting: 0x7d8482, ceiling: 0xeeece6, tile: 1.2 });
  for (const x of [-6, -2, 2, 6]) {
    kit.tube(0.34, 4.2, [x, 2.1, -4.4], 0xe4e1d9, { sides: 28 });
    kit.tube(0.37, 0.5, [x, 0.25, -4.4], 0x8f9793, { sides: 28 });
    kit.shadow(1.3, 1.3, x, -4.4);
  }
  for (const z of [-5, -1.5, 2, 5]) kit.lamp([15, 0.03, 0.22], [0, 4.18, z], WHITE_LAMP);
  // The yellow guiding path for the blind, and the gates.
  for (let x = -8; x < 8.4; x += 0.4) kit.box([0.34, 0.012, 0.34], [x, 0.006, 3.2], 0xe0b23c);
  for (let i = 0; i < 6; i++) {
    const x = 3 + i * 0.95;
    kit.box([0.22, 1.02, 1.5], [x, 0.51, -2.2], 0x8a9391);
    kit.box([0.24, 0.04, 1.5], [x, 1.04, -2.2], 0x4a5452);
    kit.lamp([0.14, 0.14, 0.01], [x, 0.84, -1.44], i % 3 ? 0x3aa66a : 0xc8452f);
    if (i < 5) kit.box([0.72, 0.5, 0.03], [x + 0.475, 0.72, -2.2], 0xa8c4c0);
    kit.shadow(0.5, 1.8, x, -2.2);
  }
  // Ticket machines.
  for (let i = 0; i < 4; i++) {
    const x = -8.1 + i * 1.05;
    kit.box([0.9, 1.9, 0.6], [x, 0.95, -6.6], 0x39504c);
    kit.lamp([0.6, 0.45, 0.02], [x, 1.4, -6.29], 0x9fd8d0);
    kit.box([0.5, 0.22, 0.03], [x, 0.82, -6.29], 0x1c201f);
  }
  bench(kit, -6.4, 1.2, Math.PI / 2, { seat: 0xa8845c, frame: 0x59645f });
  bench(kit, -6.4, -1.4, Math.PI / 2, { seat: 0xa8845c, frame: 0x59645f });
  kit.tube(0.26, 0.82, [-3.4, 0.41, -4.4], 0x6b7673).tube(0.26, 0.04, [-3.4, 0.84, -4.4], 0x39504c);
  // Stairs down to the platform.
  for (let i = 0; i < 6; i++) kit.box([2.6, 0.16, 0.3], [6.9, 0.06 - i * 0.01, 4.2 + i * 0.3], i % 2 ? 0xaaa69c : 0xb8b3a9);
  kit.box([0.06, 1, 2], [5.55, 0.5, 5], 0x8a9391).box([0.06, 1, 2], [8.25, 0.5, 5], 0x8a9391);
  kit.sign(5.2, 0.62, [0, 3.25, -4.0], 0, lettering("#17324a", "#ffffff", ["A 出口  人民广场    Exit A  People’s Square  →"], 0.4));
  kit.sign(3.4, 1.9, [-4.6, 1.85, -6.92], 0, routeMap);
  kit.sign(2.2, 1.5, [3.2, 2, -6.92], 0, poster);
  kit.sign(2.2, 1.5, [6.4, 2, -6.92], 0, lettering("#e9d9b8", "#5a4a2c", ["请站在黄线内候车", "Please stand behind the line"], 0.2));
  aedCabinet(kit, -1, -6.94, 0);
  return {
    room: kit.build(), sky: 0xd9d6ce, light: { sky: 0xffffff, ground: 0x8d877c, strength: 1.9, sun: 1.1 }, surface: 0,
    stands: [[-1.6, -0.9, 1.15], [-1.5, 0.7, 1.8], [1.9, -2.3, -0.6], [-2.8, -2.4, 0.9], [2.9, 1.9, -2.2]],
    aedHome: { at: [-1, 1.1, -6.74], turn: 0 },
  };
}

/** @param {CanvasRenderingContext2D} paint @param {number} width @param {number} height */
function routeMap(paint, width, height) {
  lettering("#f7f5f2", "#1f1d1a", [""])(paint, width, height);
  const lines = [["#c8452f", 0.3], ["#0b6666", 0.5], ["#d79b2c", 0.7], ["#4b6cb0", 0.86]];
  paint.lineWidth = height * 0.03;
  lines.forEach(([colour, y], i) => {
    paint.strokeStyle = String(colour);
    paint.beginPath();
    paint.moveTo(width * 0.06, height * Number(y));
    paint.bezierCurveTo(width * 0.3, height * (Number(y) - 0.2), width * 0.5, height * (0.9 - 0.16 * i), width * 0.94, height * (0.25 + 0.16 * i));
    paint.stroke();
  });
  paint.fillStyle = "#1f1d1a";
  paint.font = `600 ${height * 0.09}px sans-serif`;
  paint.fillText("轨道交通线路图  Metro map", width * 0.06, height * 0.13);
}

/** @param {CanvasRenderingContext2D} paint @param {number} width @param {number} height */
function poster(paint, width, height) {
  lettering("#0b6666", "#ffffff", ["黄金四分钟", "Four minutes that count", "有人倒下，先按压胸口"], 0.22)(paint, width, height);
}

/** @returns {import("./index.js").Place} */
export function office() {
  const kit = new Kit();
  shell(kit, { width: 12, depth: 10, height: 2.9, floor: 0x8d9593, joint: 0x838b89, wall: 0xe9e6df, skirting: 0x9a9d98, ceiling: 0xf4f2ee, tile: 1 });
  for (const z of [-3, 0, 3]) for (const x of [-3.5, 0, 3.5]) kit.lamp([1.2, 0.02, 0.3], [x, 2.89, z], WHITE_LAMP);
  for (const [x, z] of [[-4, -2.6], [-4, 0.6], [4, -2.6], [4, 1.2]]) {
    table(kit, x, z, { width: 1.5, depth: 0.75, top: 0xd8c9ae, leg: 0x59645f });
    kit.box([0.62, 0.38, 0.03], [x, 1.06, z - 0.18], 0x1c201f).box([0.1, 0.18, 0.05], [x, 0.82, z - 0.18], 0x59645f);
    kit.box([0.42, 0.02, 0.15], [x, 0.77, z + 0.12], 0x39413f);
    chair(kit, x, z + 0.75, Math.PI, 0x39504c, 0x59645f);
  }
  kit.box([2.6, 1.1, 0.6], [0, 0.55, -4], 0xa8845c).box([2.7, 0.05, 0.7], [0, 1.12, -4], 0xf2efe8);
  kit.shadow(3, 1, 0, -4);
  for (const x of [-4, -1.3, 1.3, 4]) daylight(kit, x, 1.6, 4.93, 0, 1.8, 1.4);
  kit.sign(2.4, 0.6, [0, 2.1, -4.93], 0, lettering("#17324a", "#ffffff", ["前台  Reception"], 0.44));
  plant(kit, 5.3, -4.2, 1.2);
  plant(kit, -5.3, 4.2, 1.1);
  aedCabinet(kit, 2.4, -4.94, 0);
  return {
    room: kit.build(), sky: 0xe9e6df, light: { sky: 0xffffff, ground: 0x7c7a72, strength: 1.9, sun: 0.9 }, surface: 0,
    stands: [[-1.6, -0.9, 1.15], [-1.5, 0.7, 1.8], [1.9, -2, -0.6]], aedHome: { at: [2.4, 1.1, -4.74], turn: 0 },
  };
}

/** @returns {import("./index.js").Place} */
export function park() {
  const kit = new Kit();
  kit.box([40, 0.1, 40], [0, -0.06, 0], 0x7f9c62).box([4.4, 0.02, 40], [0.2, -0.005, 0], 0xcbbfa6);
  for (let i = 0; i < 22; i++) {
    const angle = i * 2.399;
    const far = 6 + (i % 5) * 2.1;
    const [x, z] = [Math.cos(angle) * far, Math.sin(angle) * far];
    if (Math.abs(x) < 3.2) continue;
    kit.tube(0.16, 2.2, [x, 1.1, z], 0x7a5c40, { top: 0.11, sides: 9 });
    for (let k = 0; k < 3; k++) kit.ball(1.05 - 0.2 * k, [x + 0.3 * Math.cos(k * 2 + i), 2.5 + 0.62 * k, z + 0.3 * Math.sin(k * 2 + i)], k % 2 ? 0x5c8c50 : 0x4d7c48, [1, 0.8, 1]);
    kit.shadow(2.2, 2.2, x, z);
  }
  bench(kit, -2.6, -2.4, Math.PI / 2, { seat: 0xa07848, frame: 0x4a5452 });
  bench(kit, 3.1, 2.8, Math.PI / 2, { seat: 0xa07848, frame: 0x4a5452 });
  kit.tube(0.05, 3.2, [-2.6, 1.6, -4.6], 0x39504c).ball(0.2, [-2.6, 3.25, -4.6], 0xf4efe0);
  // A little bicycle that lies beside the path.
  kit.tube(0.22, 0.03, [1.7, 0.03, 1.5], 0x2a2d2c).tube(0.22, 0.03, [2.3, 0.03, 1.75], 0x2a2d2c).box([0.7, 0.03, 0.04], [2, 0.05, 1.62], 0xc8452f, { turn: -0.4 });
  kit.box([2.6, 2.4, 2.2], [7.2, 1.2, -6.2], 0xd8c9ae).box([3, 0.3, 2.6], [7.2, 2.5, -6.2], 0x8a4a3a);
  kit.sign(1.5, 0.4, [7.2, 1.95, -5.08], 0, lettering("#39504c", "#ffffff", ["公园管理处  Park office"], 0.4));
  aedCabinet(kit, 6.2, -5.12, 0);
  return {
    room: kit.build(), sky: 0xa9cbe2, light: { sky: 0xdcebf7, ground: 0x6f7f55, strength: 1.7, sun: 1.9 }, surface: 0,
    stands: [[-1.3, -0.8, 1.2], [-1.4, 0.7, 1.8], [1.8, -2, -0.6]], aedHome: { at: [6.2, 1.1, -4.92], turn: 0 },
  };
}

/** @returns {import("./index.js").Place} */
export function workshop() {
  const kit = new Kit();
  shell(kit, { width: 12, depth: 10, height: 4, floor: 0x9a9892, joint: 0x918f89, wall: 0xb9bdb6, skirting: 0x59645f, ceiling: 0x8d9390, tile: 2 });
  for (const x of [-3, 3]) kit.lamp([0.2, 0.05, 7], [x, 3.9, 0], WHITE_LAMP);
  // The cutting machine.
  kit.box([1.6, 0.9, 0.9], [0.6, 0.45, -2.6], 0x3f6b58).box([1.7, 0.06, 1], [0.6, 0.93, -2.6], 0x9aa3a0);
  kit.box([0.5, 0.7, 0.4], [1.2, 1.3, -2.7], 0x3f6b58).box([0.28, 0.2, 0.03], [1.2, 1.42, -2.48], 0x1c201f);
  kit.shadow(2.2, 1.4, 0.6, -2.6);
  kit.lamp([0.08, 0.08, 0.03], [1.2, 1.2, -2.48], 0xc8452f);
  for (const x of [-4.6, -3, 3.6, 5]) {
    table(kit, x, -4.3, { width: 1.4, depth: 0.7, height: 0.9, top: 0x8a6a48, leg: 0x4a5452 });
    kit.box([0.3, 0.2, 0.24], [x - 0.3, 1.03, -4.4], 0xc8452f).tube(0.05, 0.24, [x + 0.3, 1.05, -4.3], 0x6b7673);
  }
  for (let i = 0; i < 5; i++) kit.box([2.6, 0.14, 0.14], [-4.4, 0.08 + 0.15 * (i % 2), 2 + 0.16 * i], 0xa58a5f, { turn: 0.05 * i });
  for (let z = -4; z < 4.5; z += 0.5) kit.box([0.1, 0.006, 0.36], [2.6, 0.003, z], 0xe0b23c);
  kit.box([0.4, 0.5, 0.16], [-2.2, 1.5, -4.9], 0xf2f2ef);
  kit.sign(0.34, 0.34, [-2.2, 1.5, -4.8], 0, lettering("#ffffff", "#1f7a4a", ["＋"], 0.9));
  kit.sign(2, 0.7, [2.6, 2.5, -4.93], 0, lettering("#d79b2c", "#1f1d1a", ["先停机  再救人", "Machine off first"], 0.34));
  return {
    room: kit.build(), sky: 0x8d9390, light: { sky: 0xfdf8ee, ground: 0x6f6a60, strength: 1.7, sun: 1.2 }, surface: 0,
    stands: [[-1.6, -0.9, 1.15], [-1.5, 0.7, 1.8]], aedHome: { at: [-2.2, 1.1, -4.7], turn: 0 },
  };
}

/** @returns {import("./index.js").Place} */
export function ward() {
  const kit = new Kit();
  shell(kit, { width: 9, depth: 8, height: 2.9, floor: 0xc4d0cb, joint: 0xb9c5c0, wall: 0xeef0ea, skirting: 0x7da39c, ceiling: 0xf7f6f2, tile: 1.5 });
  for (const x of [-2.4, 0, 2.4]) kit.lamp([0.6, 0.02, 2.6], [x, 2.89, 0], WHITE_LAMP);
  // The bed: the patient's chest is over the origin, at BED height.
  const bed = 0.62;
  kit.box([0.96, 0.14, 2.1], [0, bed - 0.07, 0.36], 0xf4f4f0).box([1, 0.1, 2.14], [0, bed - 0.2, 0.36], 0xb8c4c0);
  kit.box([1, 0.5, 0.05], [0, bed + 0.05, -0.74], 0xd8c9ae).box([1, 0.4, 0.05], [0, bed - 0.05, 1.44], 0xd8c9ae);
  for (const i of [-1, 1]) for (const z of [-0.5, 1.2]) kit.box([0.06, bed - 0.2, 0.06], [i * 0.42, (bed - 0.2) / 2, z], 0x8a9391);
  kit.shadow(1.6, 2.8, 0, 0.36);
  // Drip, curtain and the head-wall with gas outlets; monitor and trolley are things of their own.
  kit.tube(0.014, 2, [-0.82, 1, -0.75], 0xb8c4c0).box([0.12, 0.24, 0.05], [-0.82, 1.9, -0.75], 0xdcebf0).tube(0.24, 0.04, [-0.82, 0.05, -0.75], 0x8a9391);
  kit.box([3, 0.3, 0.08], [0, 1.6, -3.92], 0xd8e0dc);
  for (let i = 0; i < 4; i++) kit.tube(0.05, 0.06, [-0.9 + 0.6 * i, 1.6, -3.87], i % 2 ? 0x3aa66a : 0xd8d4cc, { tilt: Math.PI / 2 });
  for (let i = 0; i < 14; i++) kit.box([0.2, 2.2, 0.03], [-2.6, 1.35, -3.4 + 0.19 * i], i % 2 ? 0x9cc3bb : 0x8fb8b0, { turn: Math.PI / 2 + (i % 2 ? 0.35 : -0.35) });
  daylight(kit, 3, 1.6, -3.93, 0, 1.6, 1.3);
  kit.sign(1, 0.3, [0, 2.2, -3.93], 0, lettering("#0b6666", "#ffffff", ["12 床   Bed 12"], 0.5));
  return {
    room: kit.build(), sky: 0xeef0ea, light: { sky: 0xffffff, ground: 0x9aa59f, strength: 2, sun: 0.8 }, surface: bed,
    stands: [[-1.15, 0.5, 1.6], [-1.6, -1.3, 0.9], [0.4, 2.6, 3.1]], aedHome: { at: [1.9, TROLLEY_TOP, -1.7], turn: 0 }, monitor: { at: [0.1, 1.62, -1.5], turn: 0.4 },
  };
}

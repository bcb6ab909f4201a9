/** A small index for tests: 6 x 6 tiles of 256 x 128, three qualities, two segments of one second, of
 * which the second can continue the first. Not part of any bundle. */

const HVCC =
  "AQFgAAAAkAAAAAAAlvAA/P34+AAADwSgAAEAGEABDAH//wFgAAADAJAAAAMAAAMAlpSQJKEAAQBZQgEBAWAAAAMAkAAAAwAAAwCWoAMAgDAWWUmSTILqIkiSSaqQRPQgn5BJVJ+hLy5VK5LUpJSySuT9imkncnqxTyTkk9SDgLUBAQEEAAADAAQAAAMAQN4QCCCiAAEACEQBwXLwjGgkpwACAAZOAZYBRIAABk4BiwHQgA==";
const LOW_HVCC =
  "AQFgAAAAkAAAAAAAePAA/P34+AAADwSgAAEAGEABDAH//wFgAAADAJAAAAMAAAMAeJSQJKEAAQBXQgEBAWAAAAMAkAAAAwAAAwB4oAQCAQFllJkkyC6iJIkkmqkET0IJ+QSVSfoS8uVSuS1KSUskrk/YppJ3J6sU8k5JPUg4C1AQEBBAAAADAEAAAAQN4QCCogABAAhEAcFy8JEgkKcAAgAGTgGWAUSAAAZOAYsB0IA=";

/** @param {number} count @param {number} size */
const edges = (count, size) => Array.from({ length: count + 1 }, (_, i) => (i * size) / count);

/** Of every tile, by its quality; continued ones cost a fifth. @param {number[]} each */
function sizes(each) {
  const bytes = each.flatMap((size) => new Array(36).fill([size & 255, size >> 8, 0]).flat());
  return btoa(String.fromCharCode(...bytes));
}

/** Of every tile, by its quality, in decibels. @param {number[]} each */
const psnr = (each) => btoa(String.fromCharCode(...each.flatMap((decibels) => new Array(36).fill((decibels - 10) * 5))));

/** A fresh index as `JSON.parse` would give it. */
export function sampleIndex() {
  return {
    version: 4, group: 2, order: { 16: [0, 8, 4, 2, 1, 3, 6, 5, 7, 15, 11, 9, 10, 13, 12, 14] }, width: 1536, height: 768, projection: "equirectangular", stereo: "mono", fps: [16, 1], timescale: 10000, ticks: 625,
    codec: "hvc1.1.6.L150.90", hvcc: HVCC, grid: { columns: 6, rows: 6, x: edges(6, 1536), y: edges(6, 768) },
    qualities: [1000, 600, 200].map((size, q) => ({
      id: `q${q}`, directory: `q${q}`, continued: `c${q}`, kbps: 0.3 * size, continued_kbps: 0.18 * size,
    })),
    low: {
      directory: "low", codec: "hvc1.1.6.L120.90", hvcc: LOW_HVCC, width: 512, height: 256,
      grid: { columns: 2, rows: 4, x: edges(2, 512), y: edges(4, 256) }, kbps: 10,
    },
    pack: null, audio: [],
    segments: [0, 1].map((i) => ({
      frame: 16 * i, frames: 16, header: 376, continued_header: i === 0 ? 0 : 5376, sizes: sizes([1000, 600, 200]), continued: i === 0 ? null : sizes([200, 120, 40]), low: 900,
      psnr: psnr([44, 39, 34]), continued_psnr: i === 0 ? null : psnr([44, 43, 41]),
    })),
  };
}

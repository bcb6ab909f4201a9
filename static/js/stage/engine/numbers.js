/** Numbers as the server's engine draws, rounds and writes them (Python), so that both sides say the same. */

/**
 * A number in [0, 1) that belongs to this seed and label: FNV-1a over the UTF-8 text, then MurmurHash3's finaliser
 * (courses/scenarios/engine/chance.py).
 * @param {number} seed
 * @param {string} label
 */
export function draw(seed, label) {
  let h = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(`${label}:${seed}`)) h = Math.imul(h ^ byte, 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
}

/**
 * Rounded to so many decimals, an exact half to the even neighbour. toFixed() works on the exact value and rounds
 * halves away, so only exact halves need care: those whose value times 2^(places + 1) is an odd whole number.
 * @param {number} value
 * @param {number} [places]
 */
export function round(value, places = 0) {
  const doubled = value * 2 ** (places + 1);
  if (Number.isInteger(doubled) && Math.abs(doubled % 2) === 1) {
    const below = Math.floor(value * 10 ** places);
    return (below % 2 === 0 ? below : below + 1) / 10 ** places;
  }
  return Number(value.toFixed(places));
}

/**
 * A number in six significant digits without trailing zeros, as C's %g writes it.
 * @param {number} value
 */
export function general(value) {
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const exponent = Math.floor(Math.log10(Math.abs(value)));
  if (exponent < -4 || exponent > 5) {
    const [digits, power] = value.toExponential(5).split("e");
    const plain = digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits;
    return `${plain}e${power[0]}${power.slice(1).padStart(2, "0")}`;
  }
  return String(round(value, 5 - exponent));
}

/**
 * Order of code points, as Python compares texts; JavaScript's own order is that of UTF-16 units.
 * @param {string} a
 * @param {string} b
 */
export function compareTexts(a, b) {
  if (a === b) return 0;
  const left = Array.from(a);
  const right = Array.from(b);
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    if (left[i] !== right[i]) return /** @type {number} */ (left[i].codePointAt(0)) < /** @type {number} */ (right[i].codePointAt(0)) ? -1 : 1;
  }
  return left.length - right.length;
}

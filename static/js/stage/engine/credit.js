/** What one compression is worth (docs/scoring.md; courses/scenarios/scoring/credit.py). */

/**
 * 1 within the range, falling to 0 at `below` under it and `above` over it.
 * @param {number} value
 * @param {[number, number]} range
 * @param {number} below
 * @param {number} above
 */
export function rangeCredit(value, [low, high], below, above) {
  if (value < low) return Math.max(0, 1 - (low - value) / below);
  if (value > high) return Math.max(0, 1 - (value - high) / above);
  return 1;
}

/**
 * 0..1. What the source cannot tell is left out and its weight goes to the rest; knowing nothing is worth 0.
 * @param {Record<string, number>} c constants.credit of the table
 * @param {import("./table.js").CompressionTarget} target
 * @param {number | null} depthMm
 * @param {number | null} rateCpm
 * @param {boolean | null} recoil
 */
export function compressionCredit(c, target, depthMm, rateCpm, recoil) {
  let total = 0;
  let sum = 0;
  if (depthMm !== null) {
    total += c.weight_depth;
    sum += c.weight_depth * rangeCredit(depthMm, target.depth_mm, c.depth_short_mm, c.depth_beyond_mm);
  }
  if (rateCpm !== null) {
    total += c.weight_rate;
    sum += c.weight_rate * rangeCredit(rateCpm, target.rate_cpm, c.rate_off_cpm, c.rate_off_cpm);
  }
  if (recoil !== null) {
    total += c.weight_recoil;
    sum += c.weight_recoil * (recoil ? 1 : 0);
  }
  return total ? sum / total : 0;
}

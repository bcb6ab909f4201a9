/**
 * Which tiles stand in the cells of a packed picture, as the number that the picture itself carries in its strips.
 *
 * Sets of up to `cells` tiles are counted by size, then by their rank in the combinatorial number system (Knuth, TAOCP
 * 7.2.1.3, Theorem L): number = sum over j < k of C(tiles, j), plus C(s1, 1) + C(s2, 2) + … + C(sk, k). So a picture that
 * has fewer better tiles than cells says so.
 */

/**
 * C(n, k) for n up to `tiles` and k up to `most`.
 * @param {number} tiles
 * @param {number} most
 * @returns {bigint[][]} by n, then k
 */
export function binomials(tiles, most) {
  const rows = [[1n, ...new Array(most).fill(0n)]];
  for (let n = 1; n <= tiles; n++) {
    const before = rows[n - 1];
    rows.push(before.map((value, k) => (k === 0 ? 1n : value + before[k - 1])));
  }
  return rows;
}

export class RegionMap {
  #table;

  /**
   * @param {number} tiles of the large grid
   * @param {number} cells
   * @param {number} strips
   * @param {number} bits in each strip
   */
  constructor(tiles, cells, strips, bits) {
    this.tiles = tiles;
    this.cells = cells;
    this.strips = strips;
    this.bits = bits;
    this.#table = binomials(tiles, cells);
  }

  /** The most tiles whose sets can all be told apart with the bits there are. */
  get capacity() {
    const room = 1n << BigInt(this.strips * this.bits);
    let [count, all] = [0, 1n];
    while (count < this.cells && all + this.#table[this.tiles][count + 1] <= room) all += this.#table[this.tiles][++count];
    return count;
  }

  /**
   * @param {number[]} chosen tiles, ascending
   * @returns {bigint}
   */
  number(chosen) {
    let number = 0n;
    for (let size = 0; size < chosen.length; size++) number += this.#table[this.tiles][size];
    chosen.forEach((tile, place) => (number += this.#table[tile][place + 1]));
    return number;
  }

  /**
   * The tiles of a number, ascending; the shader does the same sum.
   * @param {bigint} number
   */
  chosen(number) {
    let count = 0;
    while (count < this.cells && number >= this.#table[this.tiles][count]) number -= this.#table[this.tiles][count++];
    const found = [];
    for (let tile = this.tiles - 1; tile >= 0 && count > 0; tile--) {
      if (number < this.#table[tile][count]) continue;
      number -= this.#table[tile][count--];
      found.unshift(tile);
    }
    return found;
  }

  /**
   * What each strip shows.
   * @param {number[]} chosen ascending
   * @returns {number[]}
   */
  stripNumbers(chosen) {
    const number = this.number(chosen);
    const mask = (1n << BigInt(this.bits)) - 1n;
    return Array.from({ length: this.strips }, (_, strip) => Number((number >> BigInt(this.bits * (this.strips - 1 - strip))) & mask));
  }
}

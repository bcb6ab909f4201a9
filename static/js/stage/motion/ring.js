/** The last samples, oldest first, in arrays that are made once: nothing is allocated while somebody compresses. */

export class Ring {
  /**
   * @param {number} columns numbers in a row
   * @param {number} [capacity] rows; doubled when a fast sensor needs more
   */
  constructor(columns, capacity = 512) {
    this._columns = columns;
    this._capacity = capacity;
    this._data = new Float64Array(columns * capacity);
    this._first = 0;
    this.length = 0;
  }

  clear() {
    this._first = this.length = 0;
  }

  /** Makes room for a row at the end; its values are set with `set(length - 1, …)`. */
  extend() {
    if (this.length === this._capacity) this._grow();
    this.length += 1;
  }

  dropFirst() {
    this._first = (this._first + 1) % this._capacity;
    this.length -= 1;
  }

  /** @param {number} row @param {number} column */
  get(row, column) {
    return this._data[((this._first + row) % this._capacity) * this._columns + column];
  }

  /** @param {number} row @param {number} column @param {number} value */
  set(row, column, value) {
    this._data[((this._first + row) % this._capacity) * this._columns + column] = value;
  }

  _grow() {
    const wider = new Float64Array(this._data.length * 2);
    for (let row = 0; row < this.length; row++) {
      for (let column = 0; column < this._columns; column++) wider[row * this._columns + column] = this.get(row, column);
    }
    this._data = wider;
    this._capacity *= 2;
    this._first = 0;
  }
}

/** Mean and main direction of the acceleration so far, without asking how the phone lies. */

const LIVELY_M_S2 = 1;
// A rest reading nearer to 9.8 than to 0 m/s² contains gravity.
const GRAVITY_FROM_M_S2 = 5;
const ROUNDS = 30;

export class MainAxis {
  constructor() {
    this.count = 0;
    this._sum = new Float64Array(3);
    this._products = new Float64Array(9);
    this._direction = Float64Array.of(0, 0, 1);
    this._offset = 0;
  }

  /** @param {number} x @param {number} y @param {number} z m/s² */
  add(x, y, z) {
    this.count += 1;
    const s = this._sum;
    const p = this._products;
    s[0] += x;
    s[1] += y;
    s[2] += z;
    p[0] += x * x;
    p[1] += x * y;
    p[2] += x * z;
    p[3] += y * x;
    p[4] += y * y;
    p[5] += y * z;
    p[6] += z * x;
    p[7] += z * y;
    p[8] += z * z;
  }

  /** Whether a sample is clearly off the mean. @param {number} x @param {number} y @param {number} z */
  isLively(x, y, z) {
    const n = this.count;
    const s = this._sum;
    const dx = x - s[0] / n;
    const dy = y - s[1] / n;
    const dz = z - s[2] / n;
    return Math.sqrt(dx * dx + dy * dy + dz * dz) > LIVELY_M_S2;
  }

  /** Direction by power iteration on the covariance; upwards along gravity, or along its largest part. Runs once. */
  settle() {
    const n = this.count;
    const mean = Array.from(this._sum, (sum) => sum / n);
    const covariance = [0, 1, 2].map((i) => [0, 1, 2].map((j) => this._products[3 * i + j] / n - mean[i] * mean[j]));
    let largest = 0;
    for (let i = 1; i < 3; i++) if (covariance[i][i] > covariance[largest][largest]) largest = i;
    let v = [...covariance[largest]];
    for (let round = 0; round < ROUNDS; round++) {
      const w = covariance.map((row) => dot(row, v));
      const length = Math.sqrt(dot(w, w)) || 1;
      v = w.map((part) => part / length);
    }
    const hasGravity = Math.sqrt(dot(mean, mean)) > GRAVITY_FROM_M_S2;
    const up = hasGravity ? dot(mean, v) : v.reduce((most, part) => (Math.abs(part) > Math.abs(most) ? part : most));
    if (up < 0) v = v.map((part) => -part);
    this._direction.set(v);
    this._offset = dot(mean, v);
  }

  /** Acceleration along the axis, without its mean, m/s². @param {number} x @param {number} y @param {number} z */
  along(x, y, z) {
    const d = this._direction;
    return x * d[0] + y * d[1] + z * d[2] - this._offset;
  }
}

/** @param {number[]} a @param {number[]} b */
const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

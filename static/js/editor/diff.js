/** What two texts differ in, line by line. */

/** @typedef {{ sign: " " | "−" | "+", text: string }} DiffLine */

/**
 * Lines of both in order; "−" only in the first, "+" only in the second. Long runs of equal lines are cut to `around`
 * lines at each side of a difference, with an empty line between.
 * @param {string} first
 * @param {string} second
 * @param {number} [around]
 * @returns {DiffLine[]}
 */
export function lineDiff(first, second, around = 2) {
  const a = first.split("\n");
  const b = second.split("\n");
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1;
  const middle = changed(a.slice(head, a.length - tail), b.slice(head, b.length - tail));
  const equal = (/** @type {string} */ text) => /** @type {DiffLine} */ ({ sign: " ", text });
  const all = [...a.slice(0, head).map(equal), ...middle, ...a.slice(a.length - tail).map(equal)];
  return near(tail ? all : [...a.slice(0, head).map(equal), ...middle], around);
}

/**
 * The longest common lines of two lists stay, the rest is taken out and put in.
 * @param {string[]} a
 * @param {string[]} b
 * @returns {DiffLine[]}
 */
function changed(a, b) {
  const width = b.length + 1;
  const common = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const at = i * width + j;
      common[at] = a[i] === b[j] ? common[at + width + 1] + 1 : Math.max(common[at + width], common[at + 1]);
    }
  }
  /** @type {DiffLine[]} */
  const lines = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ sign: " ", text: a[i] });
      i += 1;
      j += 1;
    } else if (i < a.length && (j === b.length || common[(i + 1) * width + j] >= common[i * width + j + 1])) {
      lines.push({ sign: "−", text: a[i] });
      i += 1;
    } else {
      lines.push({ sign: "+", text: b[j] });
      j += 1;
    }
  }
  return lines;
}

/** @param {DiffLine[]} lines @param {number} around */
function near(lines, around) {
  const wanted = lines.map((_, i) => lines.slice(Math.max(0, i - around), i + around + 1).some((line) => line.sign !== " "));
  /** @type {DiffLine[]} */
  const kept = [];
  lines.forEach((line, i) => {
    if (wanted[i]) kept.push(line);
    else if (kept.length && wanted[i - 1]) kept.push({ sign: " ", text: "" });
  });
  return kept;
}

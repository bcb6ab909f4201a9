/** Renditions in a person's words. */

/**
 * @typedef {"8k" | "very-clear" | "clear" | "light"} QualityWord
 *
 * @typedef {object} Rendition one level of the manifest
 * @property {number} index as the source counts
 * @property {number} width
 * @property {number} height
 * @property {number} bitrate bit/s
 * @property {string} codec RFC 6381 video codec, e.g. "avc1.640028"
 *
 * @typedef {object} Quality a choice in the menu
 * @property {QualityWord} word
 * @property {Rendition} rendition
 */

/** Least width for each word. A sphere spreads its pixels around the head, so it needs more than a flat picture. */
const WIDTHS = {
  equirectangular: { "8k": 7000, "very-clear": 3500, clear: 1800 },
  flat: { "8k": 7000, "very-clear": 1900, clear: 1200 },
};

/**
 * @param {number} width of the whole picture
 * @param {"equirectangular" | "flat"} projection
 * @returns {QualityWord}
 */
export function qualityWord(width, projection) {
  const least = WIDTHS[projection];
  if (width >= least["8k"]) return "8k";
  if (width >= least["very-clear"]) return "very-clear";
  if (width >= least.clear) return "clear";
  return "light";
}

/**
 * The menu: one choice for each word, best first; where several renditions share a word, the richest stands for it.
 * @param {Rendition[]} renditions
 * @param {"equirectangular" | "flat"} projection
 * @returns {Quality[]}
 */
export function qualityMenu(renditions, projection) {
  /** @type {Map<QualityWord, Quality>} */
  const menu = new Map();
  const bestFirst = [...renditions].sort((a, b) => b.width - a.width || b.bitrate - a.bitrate);
  for (const rendition of bestFirst) {
    const word = qualityWord(rendition.width, projection);
    if (!menu.has(word)) menu.set(word, { word, rendition });
  }
  return [...menu.values()];
}

/**
 * The renditions that an HLS manifest offers.
 * @param {string} manifest text of the multivariant playlist
 * @returns {Rendition[]}
 */
export function renditionsOf(manifest) {
  const lines = manifest.match(/^#EXT-X-STREAM-INF:.*$/gm) ?? [];
  return lines.map((line, index) => {
    const [, width = "0", height = "0"] = /RESOLUTION=(\d+)x(\d+)/.exec(line) ?? [];
    const codec = /CODECS="([^",]+)/.exec(line)?.[1] ?? "";
    return { index, width: Number(width), height: Number(height), bitrate: Number(/[:,]BANDWIDTH=(\d+)/.exec(line)?.[1] ?? 0), codec };
  });
}

/** @typedef {"hevc" | "av1" | "h264" | "other"} CodecFamily */

/**
 * @param {string} codec RFC 6381
 * @returns {CodecFamily}
 */
export function codecFamily(codec) {
  if (/^(hvc1|hev1)/.test(codec)) return "hevc";
  if (/^av01/.test(codec)) return "av1";
  if (/^avc[13]/.test(codec)) return "h264";
  return "other";
}

/** @param {CodecFamily} family */
export function codecName(family) {
  return { hevc: "HEVC", av1: "AV1", h264: "H.264", other: "" }[family];
}

/**
 * @typedef {object} Ability what the browser says about one rendition (MediaCapabilities)
 * @property {boolean} supported
 * @property {boolean} smooth
 * @property {boolean} powerEfficient in practice: decoded by hardware
 *
 * @typedef {{ rendition: Rendition, ability: Ability }} Judged
 */

/** Where the machine does the work, the best picture for the traffic wins; in software, the one cheapest to decode. */
const BY_HARDWARE = ["hevc", "av1", "h264"];
const BY_SOFTWARE = ["h264", "av1", "hevc"];

/**
 * Which codec to play. One family is kept for the whole session, so that changing quality never changes the decoder.
 * @param {Judged[]} judged
 * @param {Set<CodecFamily>} failed families that did not play here
 * @returns {CodecFamily | null} null when nothing can be played
 */
export function chooseFamily(judged, failed) {
  const usable = judged.filter(({ rendition, ability }) => ability.supported && !failed.has(codecFamily(rendition.codec)));
  const families = new Set(usable.map(({ rendition }) => codecFamily(rendition.codec)));
  for (const family of BY_HARDWARE) {
    const own = usable.filter(({ rendition }) => codecFamily(rendition.codec) === family);
    if (own.length && own.every(({ ability }) => ability.smooth && ability.powerEfficient))
      return /** @type {CodecFamily} */ (family);
  }
  const order = /** @type {CodecFamily[]} */ ([...BY_SOFTWARE, "other"]);
  return order.find((family) => families.has(family)) ?? null;
}

/**
 * The richest rendition the automatic choice may take: one that this device plays smoothly.
 * @param {Judged[]} judged
 * @param {CodecFamily} family
 * @returns {number} bit/s; where nothing is smooth, the lightest there is
 */
export function automaticLimit(judged, family) {
  const own = judged.filter(({ rendition, ability }) => ability.supported && codecFamily(rendition.codec) === family);
  const smooth = own.filter(({ ability }) => ability.smooth).map(({ rendition }) => rendition.bitrate);
  if (smooth.length) return Math.max(...smooth);
  return Math.min(...own.map(({ rendition }) => rendition.bitrate));
}

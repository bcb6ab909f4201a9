/**
 * What is where on the headset's control panel. One degree of view is PER_DEGREE pixels, so that the sizes people need
 * (text 1.2 degrees, targets 3 degrees) can be read off and are tested.
 */

export const PER_DEGREE = 40;
export const COLUMNS = 1800;
export const ROWS = 600;
export const TEXT = 52;
export const MARGIN = 48;

/** @typedef {"play" | "back" | "captions" | "recentre" | "exit"} PanelButton */
/** @typedef {PanelButton | "seek"} PanelTarget */
/** @typedef {{ id: PanelTarget, x: number, y: number, width: number, height: number }} Area */

/** The line of the seek bar; its area reaches further up and down, so that a hand can hit it. */
export const SEEK_LINE = { x: MARGIN + 12, y: 208, width: COLUMNS - 2 * (MARGIN + 12), height: 18 };
const SEEK_REACH = 76;
const BUTTON_TOP = 320;
const BUTTON_HEIGHT = ROWS - BUTTON_TOP - MARGIN;
const GAP = 24;

/**
 * @param {boolean} withCaptions whether the lesson has any
 * @returns {Area[]}
 */
export function panelAreas(withCaptions) {
  /** @type {PanelButton[]} */
  const buttons = withCaptions ? ["back", "play", "captions", "recentre", "exit"] : ["back", "play", "recentre", "exit"];
  const width = (COLUMNS - 2 * MARGIN - GAP * (buttons.length - 1)) / buttons.length;
  return [
    { id: "seek", x: MARGIN, y: SEEK_LINE.y - SEEK_REACH, width: COLUMNS - 2 * MARGIN, height: 2 * SEEK_REACH },
    ...buttons.map((id, index) => ({ id, x: MARGIN + index * (width + GAP), y: BUTTON_TOP, width, height: BUTTON_HEIGHT })),
  ];
}

/**
 * @frame
 * @param {Area[]} areas
 * @param {number} column
 * @param {number} row
 * @returns {PanelTarget | null}
 */
export function targetAt(areas, column, row) {
  for (let i = 0; i < areas.length; i++) {
    const area = areas[i];
    if (column >= area.x && column <= area.x + area.width && row >= area.y && row <= area.y + area.height) return area.id;
  }
  return null;
}

/**
 * Share of the video (0..1) at a column of the seek bar.
 * @frame
 * @param {number} column
 */
export function seekShare(column) {
  return Math.min(1, Math.max(0, (column - SEEK_LINE.x) / SEEK_LINE.width));
}

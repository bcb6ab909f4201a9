/** Keys of the player. The list the person reads (ui/shortcuts.js) is made from the same table. */

/**
 * @typedef {"play" | "back" | "forward" | "mute" | "fullscreen" | "captions" | "slower" | "faster" | "zoomIn"
 *   | "zoomOut" | "reset" | "vr" | "info" | "help" | "louder" | "softer"} Command
 */

/** @type {Record<string, Command>} by KeyboardEvent.key */
const KEYS = {
  " ": "play", k: "play", j: "back", l: "forward", m: "mute", f: "fullscreen", c: "captions",
  "<": "slower", ">": "faster", "+": "zoomIn", "=": "zoomIn", "-": "zoomOut", "0": "reset", v: "vr", i: "info",
  "?": "help", PageUp: "louder", PageDown: "softer",
};

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** What the help says: keys and the message key of their meaning. */
export const SHORTCUTS = /** @type {const} */ ([
  [["Space", "K"], "keyPlay"],
  [["←", "→", "↑", "↓"], "keyLook"],
  [["+", "−"], "keyZoom"],
  [["0"], "keyReset"],
  [["J", "L"], "keySkip"],
  [["<", ">"], "keySpeed"],
  [["Page ↑", "Page ↓"], "keyVolume"],
  [["M"], "keyMute"],
  [["C"], "keyCaptions"],
  [["F"], "keyFullscreen"],
  [["V"], "keyVr"],
  [["I"], "keyInfo"],
  [["?"], "keyHelp"],
]);

/**
 * Listens while the player, or nothing in particular, has the focus. Sliders, menus and buttons keep their own keys.
 * @param {HTMLElement} host
 * @param {import("./view.js").View} view
 * @param {(command: Command) => void} obey
 */
export function listenToKeys(host, view, obey) {
  /** @type {Set<string>} */
  const held = new Set();
  const hold = () => {
    let yaw = 0;
    let pitch = 0;
    for (const key of held) {
      yaw += ARROWS[key][0];
      pitch += ARROWS[key][1];
    }
    view.hold(yaw, pitch);
  };

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const target = event.target instanceof Element ? event.target : document.body;
    if (target !== document.body && !host.contains(target)) return;
    if (event.key in ARROWS) {
      if (target.closest("input, select, textarea, [role=slider], [role=radiogroup], dialog")) return;
      event.preventDefault();
      if (view.calm) view.turn(ARROWS[event.key][0] * 10, ARROWS[event.key][1] * 10);
      else {
        held.add(event.key);
        hold();
      }
      return;
    }
    const command = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!command || target.closest("input:not([type=range]):not([type=radio]), select, textarea, dialog")) return;
    if (event.key === " " && target.closest("button, a, [role=radio], input")) return;
    event.preventDefault();
    if (!event.repeat || command === "zoomIn" || command === "zoomOut") obey(command);
  });
  addEventListener("keyup", (event) => {
    if (held.delete(event.key)) hold();
  });
  addEventListener("blur", () => {
    held.clear();
    hold();
  });
}

/**
 * What a page tells the stage. The page holds `<div class="stage" data-stage></div>` and a json_script "stage-config":
 *
 * - a run in a room: `{mode: "run", card}` (card as in docs/scenarios-protocol.md)
 * - a run without a room, played here and handed in afterwards: `{mode: "offline", table, choice}`
 * - a finished run, shown again: `{mode: "replay", log}`; the page drives it by `host.stage` (see play/replay.js)
 *
 * Besides: `language`, `leave` (address of the way out), `debrief` (address, `{run}` is replaced by the run's id).
 */

/**
 * @typedef {object} Choice how a run without a room is played
 * @property {string} mode guided, practice or exam
 * @property {string} profile
 * @property {number} seed
 * @property {string | null} lesson
 * @property {string} [owner] who plays, so that a run left at a shared device is handed in by nobody else
 *
 * @typedef {object} StageConfig
 * @property {"run" | "offline" | "replay"} mode
 * @property {any} card the run card; null where there is no room
 * @property {string | null} table address of the compiled table; a card names its own
 * @property {Choice | null} choice
 * @property {string | null} log address of the log of a finished run
 * @property {string | null} handIn address that takes runs played without a room; null: a try-out that is kept nowhere
 * @property {string} language
 * @property {string | null} leave
 * @property {string | null} debrief
 */

/**
 * @param {any} given parsed JSON
 * @returns {StageConfig}
 * @throws {Error} where it names neither a table nor a log
 */
export function completeConfig(given) {
  const mode = given?.mode === "replay" || given?.mode === "offline" ? given.mode : "run";
  const card = given?.card ?? null;
  const config = {
    mode,
    card,
    table: given?.table ?? card?.table ?? null,
    choice: given?.choice ?? null,
    log: given?.log ?? null,
    handIn: given?.handIn === null ? null : (given?.handIn ?? "/scenarios/api/offline-runs/"),
    language: String(given?.language ?? "zh-hans"),
    leave: given?.leave ?? null,
    debrief: given?.debrief ?? null,
  };
  if (mode === "run" && !card?.ws) throw new Error("stage-config has no run card with a ws address");
  if (mode === "offline" && !config.table) throw new Error("stage-config has no table");
  if (mode === "replay" && !config.log) throw new Error("stage-config has no log");
  return config;
}

/**
 * @param {Document} page
 * @returns {StageConfig}
 */
export function readConfig(page) {
  const holder = page.getElementById("stage-config");
  if (!holder) throw new Error("The page has no stage-config");
  return completeConfig(JSON.parse(holder.textContent ?? ""));
}

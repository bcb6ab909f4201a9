/** Names that a definition gives to its own things, and what may be named where. */

/** What the run itself notes (courses/scenarios/language/model.py: MACHINE_FACTS). */
export const MACHINE_FACTS = [
  "start",
  "compressions.start",
  "compressions.resume",
  "compressions.while_pulse",
  "aed.power",
  "aed.pads_on",
  "aed.pad_wrong",
  "aed.motion",
  "aed.shock_advised",
  "aed.no_shock",
  "aed.ready",
  "aed.shock",
  "aed.shock_while_touched",
  "aed.disarmed",
  "aed.reanalyse",
  "rosc",
  "death",
  "tracking.lost",
  "tracking.found",
];

/** @typedef {Record<string, any>} Content a definition as it was parsed, perhaps incomplete */

/**
 * Names that fit at a path, e.g. states after `to:`.
 * @param {Content} content
 * @param {string[]} path
 * @returns {string[]}
 */
export function namesAt(content, path) {
  const keys = path.filter((step) => step !== "*");
  const last = keys[keys.length - 1];
  const holder = keys[keys.length - 2];
  if (last === "to" || (last === "start" && keys.length === 1)) return keysOf(content.states);
  if (last === "prompt" || (last === "prompts" && keys.length > 1)) return keysOf(content.prompts);
  if (["did", "did_here", "after", "first", "second", "order", "avoid"].includes(last)) return facts(content);
  if (last === "fact" && holder !== "effects") return facts(content);
  if (last === "speaker") return [...idsOf(content.people), "narrator", "aed", "dispatcher"];
  if (last === "roles" || last === "by") return keys.length > 1 ? idsOf(content.roles) : [];
  return [];
}

/** @param {Content} content */
function facts(content) {
  const states = keysOf(content.states).map((state) => `state.${state}`);
  return [...keysOf(content.actions), ...MACHINE_FACTS, ...states, ...ownEvents(content)];
}

/** Facts that effects of this definition note. @param {unknown} node @returns {string[]} */
function ownEvents(node) {
  if (typeof node !== "object" || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) =>
    key === "fact" && typeof value === "string" && value.startsWith("event.") ? [value] : ownEvents(value),
  );
}

/** @param {unknown} mapping */
const keysOf = (mapping) => (typeof mapping === "object" && mapping !== null ? Object.keys(mapping) : []);

/** @param {unknown} list @returns {string[]} */
const idsOf = (list) => (Array.isArray(list) ? list.flatMap((thing) => (thing?.id ? [String(thing.id)] : [])) : []);

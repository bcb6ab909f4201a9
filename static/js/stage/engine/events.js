/** What somebody did, in the shape that the log keeps (courses/scenarios/engine/events.py, docs/scenarios-protocol.md). */

const AED_DOINGS = new Set(["power", "pad", "touch", "clear", "shock"]);
const SOURCES = new Set(["controller", "hand", "phone", "sensor"]);
const RHYTHMS = new Set(["sinus", "vf_coarse", "vf_fine", "vt", "asystole", "pea"]);
const BREATHINGS = new Set(["normal", "agonal", "none", "laboured"]);
const AIRWAYS = new Set(["clear", "partial", "blocked"]);
const LONGEST_RUN_S = 86_400;
const FASTEST_BLEEDING_ML_MIN = 5_000;

/** @typedef {{ seq: number, t_s: number, actor: string, kind: string, data: Record<string, any> }} Event */

/** Something that is no event. `code` names what is wrong, as the server's receipts do. */
export class BadEvent extends Error {
  /** @param {string} code @param {unknown} [value] */
  constructor(code, value = "") {
    super(`${code}: ${String(value)}`);
    this.code = code;
  }
}

/**
 * The event in a message. Throws BadEvent.
 * @param {any} said
 * @returns {Event}
 */
export function eventFrom(said) {
  if (typeof said !== "object" || said === null || Array.isArray(said)) throw new BadEvent("not_an_object", said);
  const { seq, actor = "learner", kind } = said;
  if (!Number.isInteger(seq) || seq < 0) throw new BadEvent("seq", seq);
  if (typeof actor !== "string" || actor.length < 1 || Array.from(actor).length > 80) throw new BadEvent("actor", actor);
  const t = number(said.t, "time");
  if (t < 0 || t > LONGEST_RUN_S) throw new BadEvent("time", t);
  return { seq, t_s: t, actor, kind: String(kind), data: dataOf(kind, said) };
}

/**
 * The message in which an event travels.
 * @param {Event} event
 * @returns {Record<string, any>}
 */
export function messageOf(event) {
  return { seq: event.seq, t: event.t_s, kind: event.kind, ...event.data };
}

/** @param {any} value @param {string} code @returns {number} */
function number(value, code) {
  if (typeof value !== "number" || !Number.isFinite(value)) throw new BadEvent(code, value);
  return value;
}

/** @param {any} value @param {string} code @returns {string} */
function name(value, code) {
  if (typeof value !== "string" || value.length < 1 || Array.from(value).length > 80) throw new BadEvent(code, value);
  return value;
}

/** @param {any} kind @param {any} said @returns {Record<string, any>} */
function dataOf(kind, said) {
  if (kind === "action") {
    if (typeof said.action !== "string") throw new BadEvent("action", said.action);
    return { action: said.action };
  }
  if (kind === "compression") return compressionOf(said);
  if (kind === "aed") return aedOf(said);
  if (kind === "tracking") {
    if (typeof said.lost !== "boolean") throw new BadEvent("tracking", said.lost);
    return { lost: said.lost };
  }
  if (kind === "role") return { role: name(said.role, "role") };
  if (kind === "direct") return directOf(said);
  throw new BadEvent("kind", kind);
}

/** @param {any} said */
function compressionOf(said) {
  const { depth_mm = null, recoil = null, source = "controller" } = said;
  if (recoil !== null && typeof recoil !== "boolean") throw new BadEvent("recoil", recoil);
  if (!SOURCES.has(source)) throw new BadEvent("source", source);
  return { depth_mm: depth_mm === null ? null : number(depth_mm, "depth"), recoil, source };
}

/** @param {any} said */
function aedOf(said) {
  if (!AED_DOINGS.has(said.do)) throw new BadEvent("aed", said.do);
  if (said.do !== "pad") return { do: said.do };
  if (said.pad !== "right" && said.pad !== "left") throw new BadEvent("pad", said.pad);
  const place = { x_m: number(said.x_m, "pad_place"), y_m: number(said.y_m, "pad_place") };
  return { do: "pad", pad: said.pad, back: said.back === true, ...place };
}

/** @param {any} said */
function directOf(said) {
  if (said.do === "state") return { do: "state", to: name(said.to, "state") };
  if (said.do === "distractor") return { do: "distractor", id: name(said.id, "distractor") };
  if (said.do !== "effect") throw new BadEvent("direct", said.do);
  const effect = said.effect;
  const isOne = typeof effect === "object" && effect !== null && Object.keys(effect).length === 1;
  if (!isOne) throw new BadEvent("effect", effect);
  const [[what, value]] = Object.entries(effect);
  return { do: "effect", effect: { [what]: effectValue(what, value) } };
}

/** @param {string} what @param {any} value @returns {any} */
function effectValue(what, value) {
  const choices = { rhythm: RHYTHMS, breathing: BREATHINGS, airway: AIRWAYS }[what];
  if (choices?.has(value)) return value;
  if (what === "conscious" && typeof value === "boolean") return value;
  if (what === "bleeding_ml_min" && within(number(value, "effect"), FASTEST_BLEEDING_ML_MIN)) return value;
  if (what === "oxygen" && within(number(value, "effect"), 100)) return value;
  if (what === "prompt" || what === "fact") return name(value, "effect");
  throw new BadEvent("effect", `${what}: ${value}`);
}

/** @param {number} value @param {number} most */
const within = (value, most) => value >= 0 && value <= most;

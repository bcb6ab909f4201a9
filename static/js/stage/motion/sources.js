/** What a measurement comes from, and what may honestly be said about it (courses/scenarios/motion/sources.py). */

/**
 * @typedef {"controller" | "hand" | "phone" | "sensor"} Source
 * @typedef {{ depthIs: "depth" | "hand_travel" | "phone_travel", lean: boolean, confidence: "high" | "medium" | "low",
 *   certifiesDepth: boolean }} Honesty
 */

/** @type {Record<Source, Honesty>} */
export const HONESTY = {
  controller: { depthIs: "hand_travel", lean: true, confidence: "medium", certifiesDepth: false },
  // Tracked hands are off by about 11 mm at the fingertip, more than the tolerance for leaning.
  hand: { depthIs: "hand_travel", lean: false, confidence: "low", certifiesDepth: false },
  // An accelerometer knows no height, only change of velocity: a constant lean leaves no trace in it.
  phone: { depthIs: "phone_travel", lean: false, confidence: "medium", certifiesDepth: false },
  sensor: { depthIs: "depth", lean: true, confidence: "high", certifiesDepth: true },
};

/**
 * hysteresisMm: a turn counts once the height came back this far. windowS: half width of the parabola fit.
 * smoothingS: time constant of the smoothed height. quietMm: spread below which a hand counts as resting.
 * @typedef {{ hysteresisMm: number, windowS: number, smoothingS: number, quietMm: number }} Tuning
 */

/** @type {Record<Exclude<Source, "phone">, Tuning>} */
export const TUNING = {
  controller: { hysteresisMm: 9, windowS: 0.085, smoothingS: 0.012, quietMm: 6 },
  hand: { hysteresisMm: 13, windowS: 0.12, smoothingS: 0.03, quietMm: 14 },
  sensor: { hysteresisMm: 6, windowS: 0.06, smoothingS: 0.008, quietMm: 3 },
};

/** Two bottoms further apart than this have a pause between them, seconds. */
export const PAUSE_FROM_S = 1.5;
/** Less than this is a hand that trembles, more is a hand that left the chest, millimetres. */
export const SMALLEST_STROKE_MM = 15;
export const LARGEST_STROKE_MM = 120;

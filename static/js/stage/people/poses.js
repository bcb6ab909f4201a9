/** Poses as directions: where each limb of an upright figure that looks along +z points. x is the figure's left. */

/**
 * @typedef {[number, number, number]} Direction
 * @typedef {Record<string, Direction>} Pose bone name -> direction of the limb, in the figure's own space
 * @typedef {"lying" | "standing" | "phoning" | "choking" | "watching" | "kneeling" | "sitting" | "infant"} PoseName
 */

/** Which joint a bone points at; bones that are not here keep their parent's turn. */
export const POINTS_AT = new Map([
  ["spine_01", "spine_02"], ["spine_02", "spine_03"], ["spine_03", "neck_01"], ["neck_01", "head"],
  ["upperarm_l", "lowerarm_l"], ["lowerarm_l", "hand_l"], ["hand_l", "middle_01_l"],
  ["upperarm_r", "lowerarm_r"], ["lowerarm_r", "hand_r"], ["hand_r", "middle_01_r"],
  ["thigh_l", "calf_l"], ["calf_l", "foot_l"], ["foot_l", "ball_l"],
  ["thigh_r", "calf_r"], ["calf_r", "foot_r"], ["foot_r", "ball_r"],
]);

/**
 * A pose that is given for the left side, for both.
 * @param {Pose} left
 * @param {Pose} [besides]
 * @returns {Pose}
 */
function both(left, besides = {}) {
  /** @type {Pose} */
  const pose = {};
  for (const [name, [x, y, z]] of Object.entries(left)) {
    pose[name] = [x, y, z];
    if (name.endsWith("_l")) pose[`${name.slice(0, -1)}r`] = [-x, y, z];
  }
  return { ...pose, ...besides };
}

/** @type {Pose} */
const ARMS = { upperarm_l: [0.2, -0.97, -0.04], lowerarm_l: [0.06, -0.96, 0.22], hand_l: [0, -0.97, 0.2] };

/** @type {Record<PoseName, Pose>} */
export const POSES = {
  lying: both({
    upperarm_l: [0.42, -0.9, -0.06], lowerarm_l: [0.28, -0.95, 0.06], hand_l: [0.2, -0.97, 0.05],
    thigh_l: [0.14, -0.99, 0.02], calf_l: [0.1, -0.99, -0.02], foot_l: [0.5, -0.55, 0.66],
  }),
  standing: both(ARMS),
  watching: both({ upperarm_l: [0.26, -0.95, 0.12], lowerarm_l: [-0.72, -0.1, 0.68], hand_l: [-0.9, 0.1, 0.4] }),
  phoning: both(
    ARMS,
    { upperarm_r: [-0.45, -0.75, 0.48], lowerarm_r: [0.42, 0.85, 0.32], hand_r: [0.35, 0.9, 0.1] },
  ),
  choking: both(
    { upperarm_l: [0.42, -0.7, 0.57], lowerarm_l: [-0.66, 0.72, -0.12], hand_l: [-0.8, 0.55, -0.2] },
    { spine_02: [0, 0.97, 0.24], spine_03: [0, 0.94, 0.34], neck_01: [0, 0.9, 0.44] },
  ),
  kneeling: both(
    {
      upperarm_l: [-0.12, -0.8, 0.6], lowerarm_l: [-0.3, -0.84, 0.45], hand_l: [-0.2, -0.9, 0.4],
      thigh_l: [0.12, -0.88, 0.46], calf_l: [0.02, -0.3, -0.95], foot_l: [0, -0.9, -0.4],
    },
    { spine_01: [0, 0.93, 0.37], spine_02: [0, 0.9, 0.44], spine_03: [0, 0.88, 0.48], neck_01: [0, 0.9, 0.42] },
  ),
  sitting: both({
    upperarm_l: [0.3, -0.92, 0.24], lowerarm_l: [-0.1, -0.6, 0.78], hand_l: [0, -0.7, 0.7],
    thigh_l: [0.16, -0.14, 0.98], calf_l: [0.04, -0.95, 0.3], foot_l: [0.1, -0.2, 0.97],
  }),
  infant: both({
    upperarm_l: [0.8, -0.35, 0.3], lowerarm_l: [0.3, 0.6, 0.7], hand_l: [0.1, 0.8, 0.5],
    thigh_l: [0.62, -0.6, 0.5], calf_l: [-0.1, -0.85, 0.2], foot_l: [0.2, -0.4, 0.8],
  }),
};

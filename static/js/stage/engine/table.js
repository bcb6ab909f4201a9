/**
 * The compiled table of a scenario (courses/scenarios/compile.py): everything that decides a run, as JSON.
 *
 * @typedef {{ "zh-hans": string, en: string }} Text
 * @typedef {any} Condition one condition of the language, or a list of which all must hold
 * @typedef {Record<string, any>} Effect exactly one key: what changes, and its new value
 * @typedef {{ to: string, when: Condition, effects: Effect[] }} Transition
 * @typedef {{ id: string, title: Text, prompts: string[], effects: Effect[], transitions: Transition[], end: string | null }} State
 * @typedef {{ id: string, label: Text, effects: Effect[], needs: Condition | null, roles: string[], aed: string | null,
 *   breath: boolean }} Action
 * @typedef {{ id: string, title: Text, weight: number, critical: boolean, cap: number, applies: Condition | null,
 *   skill: string | null, guideline: Text, measure: Record<string, any> }} Objective
 * @typedef {{ id: string, title: Text, when: Condition, cap: number }} CriticalError
 * @typedef {{ id: string, when: Condition, prompt: string, effects: Effect[], modes: string[] }} Distractor
 * @typedef {{ rate_cpm: [number, number], depth_mm: [number, number], lean_max_mm: number, site: string,
 *   ventilation_ratio: [number, number] }} CompressionTarget
 * @typedef {{ x_m: number, y_m: number, back: boolean, radius_m: number }} PadSite
 * @typedef {{ analyse_s: [number, number], charge_s: [number, number], cpr_cycle_s: number }} AedTiming
 * @typedef {{ id: string, name: Text, targets: Record<string, CompressionTarget>, ccf_goal: number, pause_max_s: number,
 *   aed: AedTiming, pads: Record<string, Record<string, PadSite>>, child_pads_under_years: number,
 *   survival_at_collapse: number, survival_loss_no_cpr: number, survival_loss_with_cpr: number,
 *   emergency_number: string }} Profile
 * @typedef {{ text: Text, speech: Text, speaker?: string, modes?: string[] }} Prompt
 *
 * @typedef {object} Table
 * @property {number} format
 * @property {string} hash SHA-256 of the rest: names this content
 * @property {string} id
 * @property {number} version
 * @property {Text} title
 * @property {Text} summary
 * @property {number} duration_s
 * @property {Record<string, { time_factor: number, pass_mark: number }>} modes
 * @property {Record<string, any>} scene
 * @property {Record<string, any>[]} people
 * @property {Record<string, any>} patient the first person who is a patient
 * @property {Record<string, any>[]} objects
 * @property {boolean} has_aed
 * @property {{ id: string, title: Text }[]} roles
 * @property {string} start
 * @property {Record<string, State>} states
 * @property {Record<string, Action>} actions
 * @property {Record<string, Prompt>} prompts
 * @property {Distractor[]} distractors
 * @property {Objective[]} objectives
 * @property {CriticalError[]} critical_errors
 * @property {Record<string, Profile>} profiles
 * @property {string} default_profile
 * @property {{ voice: Record<string, { seconds: number, "zh-hans": string, en: string }> }} aed
 * @property {Record<string, Text>} score_reasons
 * @property {Record<string, Record<string, any>>} constants
 */

/**
 * What the profile asks of compressions at that age. Infants are under one year, children under 14.
 * @param {Profile} profile
 * @param {number} ageYears
 */
export function targetOf(profile, ageYears) {
  return profile.targets[ageYears < 1 ? "infant" : ageYears < 14 ? "child" : "adult"];
}

/** @param {Profile} profile @param {number} ageYears */
export function padSitesOf(profile, ageYears) {
  return profile.pads[ageYears < profile.child_pads_under_years ? "child" : "adult"];
}

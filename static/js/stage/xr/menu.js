/** The menu on the board: pause, pressing height, comfort, sound, the way out. */

/** @typedef {import("../stage.js").Stage} Stage */
/** @typedef {import("./board.js").Row} Row */

/**
 * @param {Stage} stage
 * @param {import("./immersion.js").Immersion} immersion
 * @returns {Row[]}
 */
export function menuRows(stage, immersion) {
  const { say, link } = stage;
  const { comfort } = immersion;
  const ended = link.phase === "ended";
  const paused = link.phase === "paused" || link.phase === "held";
  /** @type {(Row | false)[]} */
  const rows = [
    stage.canPause && paused && { id: "resume", label: say("resume"), act: () => stage.resume(), strong: true },
    stage.canPause && !paused && !ended && { id: "pause", label: say("pause"), act: () => stage.pause() },
    { id: "vrLeave", label: say("vrLeave"), act: () => void immersion.leave(), strong: ended },
    stage.canPress && !ended && { id: "calibrate", label: say("calibrate"), act: () => immersion.calibrator.begin() },
    !immersion.ar && { id: "seated", label: say(comfort.seated ? "standing" : "seated"), act: () => immersion.setComfort({ seated: !comfort.seated }) },
    { id: "hand", label: say(comfort.leftHanded ? "rightHanded" : "leftHanded"), act: () => immersion.setComfort({ leftHanded: !comfort.leftHanded }) },
    !immersion.ar && { id: "narrow", label: say(comfort.narrow ? "vignetteOff" : "vignetteOn"), act: () => immersion.setComfort({ narrow: !comfort.narrow }) },
    !immersion.ar && { id: "turn", label: say("turnLabel", { degrees: comfort.turn === 45 ? 30 : 45 }), act: () => immersion.setComfort({ turn: comfort.turn === 45 ? 30 : 45 }) },
    link.mode !== "exam" && { id: "metronome", label: say(stage.metronome ? "metronomeOff" : "metronomeOn"), act: () => void (stage.metronome = !stage.metronome) },
    stage.talk !== null && { id: "talk", label: say(stage.talk.on ? "talkStop" : "talk"), act: () => void stage.talk?.toggle().then(() => immersion.refresh()) },
    { id: "captions", label: say(stage.captions ? "captionsOff" : "captionsOn"), act: () => stage.setCaptions(!stage.captions) },
    { id: "sound", label: say(stage.sounds.muted ? "soundOn" : "soundOff"), act: () => stage.sounds.mute(!stage.sounds.muted) },
  ];
  return rows.filter(/** @returns {row is Row} */ (row) => Boolean(row));
}

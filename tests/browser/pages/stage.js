// An emulated Quest 3 for the stage, a clock that goes by pictures and not by the wall, and the movements of the tests.
// Installed before the stage asks for a headset; on a machine without a graphics chip the world is as slow as the pictures.
import { metaQuest3, XRDevice } from "/node_modules/iwer/build/iwer.module.js";

const device = new XRDevice(metaQuest3, { stereoEnabled: false });
device.installRuntime({ forceInstall: true });
device.position.set(0, 1.15, 0);
device.quaternion.set(-0.35, 0, 0, 0.937);

const host = document.querySelector("[data-stage]");
const opened = new Promise((done) => host.addEventListener("stage-ready", ({ detail }) => done(detail), { once: true }));
const { realRoom } = JSON.parse(document.getElementById("stage-config").textContent);
if (realRoom) {
  const { SyntheticEnvironmentModule } = await import(realRoom);
  device.installSEM(SyntheticEnvironmentModule);
  device.sem.loadEnvironment(await (await fetch("/node_modules/@iwer/sem/captures/living_room.json")).json());
}
await import(new URL(import.meta.url).searchParams.get("stage") ?? "/static/dist/stage.js");
const stage = await opened;

/** Milliseconds of the stage's own clock, moved on by every picture. */
let now = 1000;
let step = 1000 / 72;
/** What hands do at a picture: called with the seconds of the clock. */
let motion = null;
let pictures = 0;
/** Called after every picture of the session. @type {(() => void) | null} */
let watcher = null;
const update = stage.immersion.update.bind(stage.immersion);
stage.clock.now = () => now;
stage.immersion.update = (...given) => {
  pictures += 1;
  now += step;
  motion?.(now / 1000);
  update(...given);
  watcher?.();
};

/** Until so many pictures of the session were made. */
function frames(count) {
  return new Promise((done) => {
    const until = pictures + count;
    const look = () => (pictures >= until || !stage.immersion.active ? done() : setTimeout(look, 2));
    look();
  });
}

/** A place in the room as the emulator counts it: from where the rig stands. */
function inRig(point) {
  stage.scene.rig.updateMatrixWorld();
  return stage.scene.rig.worldToLocal(point.clone());
}

/** The shortest turn from looking along -z to looking along a direction. */
function towards({ x, y, z }) {
  const length = Math.hypot(x, y, z);
  const w = 1 - z / length;
  const norm = Math.hypot(y / length, x / length, w);
  return [y / length / norm, -x / length / norm, 0, w / norm];
}

const input = (side) => (device.primaryInputMode === "hand" ? device.hands[side] : device.controllers[side]);

/** Brings a hand to a place in the room: what it touches with, or its palm. */
async function reach(side, point, part = "touch") {
  const { hands } = stage.immersion;
  for (let again = 0; again < 3; again++) {
    await frames(2);
    const hand = hands.find((candidate) => candidate.side === side);
    const goal = inRig(point);
    const here = inRig(hand[part]);
    const at = input(side).position;
    at.set(at.x + goal.x - here.x, at.y + goal.y - here.y, at.z + goal.z - here.z);
  }
  await frames(2);
}

async function aim(side, point) {
  const at = input(side);
  at.position.set(side === "left" ? -0.2 : 0.2, 0.95, -0.15);
  const goal = inRig(point);
  const from = goal.clone().set(at.position.x, at.position.y, at.position.z);
  at.quaternion.set(...towards(goal.sub(from)));
  await frames(3);
}

async function squeeze(side, on) {
  if (device.primaryInputMode === "hand") device.hands[side].updatePinchValue(on ? 1 : 0);
  else device.controllers[side].updateButtonValue("trigger", on ? 1 : 0);
  await frames(3);
}

async function click(side = "right") {
  await squeeze(side, true);
  await squeeze(side, false);
}

stage.drawEvery = 1000;

/** The canvas is drawn once, as it stands, for somebody to look at. */
function draw() {
  stage.scene.updateMatrixWorld();
  stage.renderer.render(stage.scene, stage.scene.camera);
  return true;
}

window.rehearsal = {
  device, stage, frames, draw, reach, aim, squeeze, click,
  /** @param {(() => void) | null} look */
  watch: (look) => (watcher = look),
  state: () => stage.link.state,
  entries: () => stage.link.entries.map(({ kind, what }) => `${kind} ${what}`),
  compressions: () => stage.link.log.events.filter(({ kind }) => kind === "compression").map(({ t_s, data }) => [t_s, data.depth_mm, data.recoil, data.source]),
  /** Moves the clock on without a picture. */
  tick: (ms) => {
    now += ms;
    stage.link.tick(now);
  },
  /** Where a spot is in the window, pixels. */
  onScreen: (id) => {
    stage.scene.updateMatrixWorld();
    const at = stage.scene.spot(id).at.clone().project(stage.scene.camera);
    const box = stage.canvas.getBoundingClientRect();
    return [box.left + ((at.x + 1) / 2) * box.width, box.top + ((1 - at.y) / 2) * box.height];
  },
  /** A phone that lies on the chest: its sensor's samples for so many compressions, 60 a second. */
  shake: (count, rate = 110, depth = 0.052) => {
    const turn = (2 * Math.PI * rate) / 60;
    const length = (count * 60) / rate;
    for (let t = -1; t < length + 1.2; t += 1 / 60) {
      const a = t < 0 || t > length ? 0 : (-depth / 2) * turn * turn * Math.cos(turn * t);
      now += 1000 / 60;
      const z = 9.81 + a + 0.02 * Math.sin(t * 977);
      dispatchEvent(new DeviceMotionEvent("devicemotion", { accelerationIncludingGravity: { x: 0.3, y: 0.2, z } }));
    }
    stage.link.tick(now);
  },
  /** Milliseconds that pass with each picture. */
  pace: (ms) => (step = ms),
  /** Lets run time pass quickly, as the engine's grid bears it. */
  wait: async (seconds) => {
    const until = now + seconds * 1000;
    while (now < until && stage.playing) {
      for (let i = 0; i < 10 && now < until; i++) {
        rehearsal.tick(100);
        stage.scene.update(now / 1000, 0.1);
      }
      await frames(1);
    }
  },
  /** Lets run time pass on the page until a moment of the run, in the steps of a slow picture. @param {number} t seconds */
  until: (t) => {
    while (stage.playing && stage.link.t < t - 1e-6) rehearsal.tick(Math.min(250, (t - stage.link.t) * 1000));
  },
  /** Chooses from the list on the side, as a click does. */
  pick: (id) => {
    const button = document.querySelector(`[data-choice="${id}"]`);
    if (!button) throw new Error(`${id} is not offered at ${stage.link.t}; offered: ${[...document.querySelectorAll("[data-choice]")].map((b) => b.dataset.choice)}`);
    button.click();
  },
  /**
   * Plays events of a script (as courses/scenarios/engine/script.py spells them out) with list and space bar, each at its time.
   * What is not offered any more, because the patient is better by then, is left out.
   * @param {{ t: number, kind: string, action?: string, do?: string, pad?: string, site?: string }[]} events
   * @returns {number[]} indexes of those that were done
   */
  perform: (events) => events.flatMap(({ t, kind, action, do: what, pad, site }, index) => {
      rehearsal.until(t);
      if (!stage.playing || (kind === "action" && !stage.doings.possible.includes(action))) return [];
      if (kind === "compression") stage.canvas.dispatchEvent(new KeyboardEvent("keydown", { key: " ", bubbles: true }));
      else if (kind === "action") rehearsal.pick(action);
      else if (what === "pad") {
        rehearsal.pick(`pad.${pad}`);
        rehearsal.pick(site);
      } else rehearsal.pick(`aed.${what}`);
      return [index];
    }),
  /** The same with a phone on the chest, which feels compressions from one moment to another. */
  shakeUntil: (t, rate = 110, depth = 0.052) => {
    const turn = (2 * Math.PI * rate) / 60;
    for (let i = 0; stage.playing && stage.link.t < t; i++) {
      now += 1000 / 60;
      if (i % 6 === 0) stage.link.tick(now);
      const z = 9.81 + (-depth / 2) * turn * turn * Math.cos((turn * now) / 1000) + 0.02 * Math.sin(now * 0.977);
      dispatchEvent(new DeviceMotionEvent("devicemotion", { accelerationIncludingGravity: { x: 0.3, y: 0.2, z } }));
    }
  },
  /** Chooses a row of the board with a ray, turning pages until it is there. */
  choose: async (id) => {
    const { board } = stage.immersion;
    for (let page = 0; page < 6; page++) {
      stage.immersion.tick(stage.link.t);
      const place = board.placeOf(id);
      if (place) {
        await aim("right", place);
        return click();
      }
      await aim("right", board.placeOf("more"));
      await click();
    }
    throw new Error(`${id} is not on the board`);
  },
  /** Where a pad belongs (metres from the middle of the sternum), in the room. */
  chestPlace: (x, y) => stage.scene.patient.localToWorld(stage.scene.camera.position.clone().set(x, stage.scene.patient.asleep.sternum.z - stage.scene.patient.asleep.back, -y)),
  spot: (id) => stage.scene.spot(id).at.clone(),
  /** Both hands press the chest for so many compressions, moved by the pictures' own clock. */
  press: async (count, { rate = 110, depth = 0.054, sides = ["left", "right"] } = {}) => {
    const figure = stage.scene.patient.asleep;
    const place = stage.scene.patient.localToWorld(stage.scene.camera.position.clone().set(0, figure.chestHeight + 0.02, figure.sternum.y - figure.pressPoint.y));
    for (const side of sides) input(side).quaternion.set(0, 0, 0, 1);
    for (const side of sides) await reach(side, place, "palm");
    const rest = sides.map((side) => input(side).position.y);
    const began = now / 1000;
    const lead = 0.6;
    const length = (count * 60) / rate;
    motion = (seconds) => {
      const t = Math.max(0, Math.min(length, seconds - began - lead));
      const down = (depth / 2) * (1 - Math.cos((2 * Math.PI * rate * t) / 60));
      sides.forEach((side, i) => (input(side).position.y = rest[i] - down));
    };
    while (now / 1000 - began < lead + length + 0.5 && stage.playing) await frames(4);
    motion = null;
    for (const side of sides) input(side).position.set(side === "left" ? -0.3 : 0.3, 0.9, -0.2);
    await frames(4);
  },
};

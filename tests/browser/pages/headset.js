// An emulated Quest 3 in place of Chromium's own navigator.xr, installed before the player asks for a headset, and the
// few movements that the tests make with it. The emulator places things in the room; the player's reference space
// begins where the head was at the start, so the two differ by that place.
import { metaQuest3, XRDevice } from "/node_modules/iwer/build/iwer.module.js";

const START = [0, 1.6, 0];
// With `?layers` the headset has layers of its own (WebXR Layers), as the emulator's polyfill draws them. The emulator's own
// XRWebGLBinding has no projection layers and would hide the polyfill's.
const withLayers = new URLSearchParams(location.search).has("layers");
const globalObject = new Proxy(globalThis, { set: (scope, name, value) => name === "XRWebGLBinding" || Reflect.set(scope, name, value) });
const features = [...metaQuest3.supportedFeatures, ...(withLayers ? ["layers"] : [])];
const device = new XRDevice({ ...metaQuest3, supportedFeatures: features }, { stereoEnabled: true });
device.installRuntime({ forceInstall: true, ...(withLayers && { polyfillLayers: true, globalObject }) });
device.position.set(...START);

const player = () => document.querySelector("[data-player]").player;
const part = (name) => player().stage.scene.getObjectByName(name);

/** Until some frames of the session were drawn (or it ended): movements are counted in frames, never in time. */
function frames(count) {
  return new Promise((done) => {
    const { info } = player().stage.renderer;
    const until = info.render.frame + count;
    const look = () => (info.render.frame >= until || !player().vr.isPresenting ? done() : setTimeout(look, 5));
    look();
  });
}

/** Where a control of the panel is, in the room. `across` 0..1 picks a place on it. */
function place(id, across = 0.5) {
  const panel = part("panel");
  const { curve, board, areas } = panel;
  const area = areas.find((entry) => entry.id === id);
  const angle = ((area.x + area.width * across) / curve.columns - 0.5) * curve.angle;
  const y = (0.5 - (area.y + area.height / 2) / curve.rows) * curve.height;
  const point = panel.position.clone().set(Math.sin(angle) * curve.radius, y, -Math.cos(angle) * curve.radius);
  board.localToWorld(point);
  return point.add(point.clone().set(...START));
}

/** The shortest turn from looking along -z to looking along a direction. */
function towards(direction) {
  const { x, y, z } = direction.normalize();
  const w = 1 - z;
  const length = Math.hypot(y, x, w);
  return [y / length, -x / length, 0, w / length];
}

/** Points a controller or a hand at a control. */
async function aim(input, id, across) {
  const goal = place(id, across);
  const from = goal.clone().set(0.25, 1.25, -0.15);
  input.position.set(from.x, from.y, from.z);
  input.quaternion.set(...towards(goal.sub(from)));
  await frames(3);
}

async function trigger(button) {
  const right = device.controllers.right;
  right.updateButtonValue("trigger", button ? 1 : 0);
  await frames(3);
}

/** Sends the right index finger to a place in the room. */
async function fingerTo(point) {
  const hand = device.hands.right;
  const tips = part("panel").parent.children.map((child) => child.joints?.["index-finger-tip"]).filter((joint) => joint?.visible);
  const [at] = tips.map((joint) => joint.matrixWorld.elements).sort((a, b) => b[12] - a[12]);
  hand.position.set(
    hand.position.x + point.x - START[0] - at[12],
    hand.position.y + point.y - START[1] - at[13],
    hand.position.z + point.z - START[2] - at[14],
  );
  await frames(3);
}

window.headset = {
  device,
  frames,
  panel: () => ({ visible: part("panel").visible, hover: part("panel").state.hover, radius: part("panel").curve.radius }),
  turnHead: async (degrees) => {
    const half = (-degrees * Math.PI) / 360;
    device.quaternion.set(0, Math.sin(half), 0, Math.cos(half));
    await frames(3);
  },
  point: (id, across) => aim(device.controllers.right, id, across),
  trigger,
  press: async (id, across) => {
    await aim(device.controllers.right, id, across);
    await trigger(true);
    if (player().vr.isPresenting) await trigger(false);
  },
  takeHands: async () => {
    device.primaryInputMode = "hand";
    device.hands.left.position.set(-0.4, 1.0, -0.1);
    await frames(6);
  },
  pinch: async (id, across) => {
    await aim(device.hands.right, id, across);
    device.hands.right.updatePinchValue(1);
    await frames(3);
    device.hands.right.updatePinchValue(0);
    await frames(3);
  },
  /** A finger comes from before the panel, goes through a control, and back. */
  poke: async (id, across) => {
    device.hands.right.quaternion.set(0, 0, 0, 1);
    device.hands.right.position.set(0.15, 1.3, -0.25);
    await frames(4);
    const goal = place(id, across);
    const eyes = goal.clone().set(...START);
    const towardsEyes = eyes.sub(goal).normalize();
    await fingerTo(goal.clone().addScaledVector(towardsEyes, 0.05));
    await fingerTo(goal.clone().addScaledVector(towardsEyes, -0.02));
    if (player().vr.isPresenting) await fingerTo(goal.clone().addScaledVector(towardsEyes, 0.06));
  },
  captionYaw: () => (-part("captions").rotation.y * 180) / Math.PI,
};
await import("/static/dist/player.js");

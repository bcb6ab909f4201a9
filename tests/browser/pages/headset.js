// An emulated Quest 3 in place of Chromium's own navigator.xr, installed before the player asks for a headset.
import { metaQuest3, XRDevice } from "/node_modules/iwer/build/iwer.module.js";

const device = new XRDevice(metaQuest3, { stereoEnabled: true });
device.installRuntime({ forceInstall: true });
device.position.set(0, 1.6, 0);
window.headset = device;
await import("/static/dist/player.js");

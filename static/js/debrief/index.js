// The pages around a scenario: which device is here, and the time line of the debrief.
import { markDevice } from "./devices.js";
import { followChoices } from "./offline.js";
import { Timeline } from "./timeline.js";

const devices = document.querySelector("[data-devices]");
if (devices instanceof HTMLElement) markDevice(devices);

const offline = document.querySelector("a[data-offline]");
if (offline instanceof HTMLAnchorElement) followChoices(offline);

const root = document.querySelector("[data-timeline]");
const data = document.getElementById("timeline-data");
if (root instanceof HTMLElement && data) new Timeline(root, JSON.parse(data.textContent ?? ""));

/** Pages that show a 360-degree film as a map: the heat map (`data-heat-map`) and the regions (`data-regions`). */

import "./flat.css";
import { element } from "../shared/dom.js";
import { translator } from "../shared/language.js";
import { HeatMap } from "./heat_map.js";
import { messages } from "./messages.js";
import { RegionsEditor } from "./regions_editor.js";

const say = translator(messages);
const config = JSON.parse(document.getElementById("flat-config")?.textContent ?? "null");
const heat = /** @type {HTMLElement | null} */ (document.querySelector("[data-heat-map]"));
const regions = /** @type {HTMLElement | null} */ (document.querySelector("[data-regions]"));

/** @param {HTMLElement} host */
async function showHeat(host) {
  try {
    const answer = await fetch(config.grid, { credentials: "same-origin", headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    new HeatMap(host, config, await answer.json(), say);
  } catch {
    host.replaceChildren(element("p", { class: "notice notice--error", role: "alert" }, say("loadFailed")));
  }
}

if (config && heat) void showHeat(heat);
if (config && regions) new RegionsEditor(regions, config, regions.dataset.saveUrl ?? "", say);

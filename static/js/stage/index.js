/** The stage on a page: `<div class="stage" data-stage></div>` and a json_script "stage-config" (config.js). */

import "./stage.css";
import "./ui/cards.css";
import { translator } from "../shared/language.js";
import { element } from "../shared/dom.js";
import { readConfig } from "./config.js";
import { messages } from "./messages.js";
import { NoWebGL, openStage } from "./stage.js";

const host = /** @type {(HTMLElement & { stage?: import("./stage.js").Stage }) | null} */ (document.querySelector("[data-stage]"));
if (host) {
  const config = readConfig(document);
  openStage(host, config).then(
    (stage) => {
      host.stage = stage;
      host.dispatchEvent(new CustomEvent("stage-ready", { detail: stage }));
    },
    (reason) => {
      const words = translator(messages, config.language)(reason instanceof NoWebGL ? "noWebgl" : "loadFailed");
      host.append(element("p", { class: "stage__loading", role: "alert" }, words));
      console.warn(reason);
    },
  );
}

/** The player on a page: `<div class="player" data-player></div>` and a json_script "player-config". */

import "./player.css";
import { readConfig } from "./config.js";
import { Player } from "./player.js";

const host = /** @type {(HTMLElement & { player?: Player }) | null} */ (document.querySelector("[data-player]"));
if (host) host.player = new Player(host, readConfig(document));

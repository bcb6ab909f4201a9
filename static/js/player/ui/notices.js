/** Short messages over the picture that leave by themselves. */

import { element } from "../../shared/dom.js";
import { wordButton } from "./parts.js";

const SHOWN_MS = 7000;

export class Notices {
  root = element("div", { class: "player__notices", role: "status" });

  /**
   * @param {string} text
   * @param {{ words: string, act: () => void }} [way] something to do about it
   * @param {boolean} [stays] until the page is left
   */
  say(text, way, stays = false) {
    const notice = element("div", { class: "player__notice" }, element("span", {}, text));
    const leave = () => notice.remove();
    if (way) {
      const act = () => {
        leave();
        way.act();
      };
      notice.append(wordButton(null, way.words, act, "player__word-button--quiet"));
    }
    this.root.replaceChildren(notice);
    if (!stays) setTimeout(leave, SHOWN_MS);
  }
}

/** Two people wrote at once: what differs, and the choice, with nothing lost either way. */

import { element } from "../shared/dom.js";
import { lineDiff } from "./diff.js";

/**
 * @param {import("./messages.js").Say} say
 * @param {{ number: number, author: string, source: string }} theirs
 * @param {string} mine
 * @param {{ keepMine(): void, takeTheirs(): void }} choice
 */
export function conflictPanel(say, theirs, mine, { keepMine, takeTheirs }) {
  const keep = element("button", { type: "button", class: "btn btn--primary" }, say("keepMine"));
  const take = element("button", { type: "button", class: "btn" }, say("takeTheirs"));
  keep.addEventListener("click", keepMine);
  take.addEventListener("click", takeTheirs);
  const lines = lineDiff(theirs.source, mine).map(({ sign, text }) =>
    element("div", { class: sign === "+" ? "sced-diff__mine" : sign === "−" ? "sced-diff__theirs" : "" }, `${sign} ${text}`),
  );
  return element(
    "section",
    { class: "card stack sced-conflict", role: "alert", tabindex: "-1" },
    element("h2", { class: "h3" }, say("conflictTitle", { author: theirs.author || say("somebody"), n: theirs.number })),
    element("p", {}, say("conflictText")),
    element("div", { class: "sced-diff", tabindex: "0" }, ...lines),
    element("div", { class: "cluster" }, keep, take),
  );
}

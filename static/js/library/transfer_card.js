/** A file of this visit, drawn as a story: received, understood, made ready, ready. */

import { element, find } from "../shared/dom.js";
import { bytes, duration, percent, say } from "./words.js";

/** @typedef {import("./transfer.js").Transfer} Transfer */

const LATER = /** @type {const} */ (["understood", "preparing", "ready"]);

/** @param {"pause" | "goOn" | "giveUp" | "tryAgain" | "remove"} action @param {string} name @param {string} look */
function button(action, name, look) {
  const made = element("button", { class: `btn ${look}`, type: "button", "data-action": action }, say(action));
  made.setAttribute("aria-label", say("actionFor", { action: say(action), name }));
  return made;
}

/**
 * @param {string} key
 * @param {string} text
 */
function laterStep(key, text) {
  return element(
    "li",
    { class: "story__step story__step--todo" },
    element("span", { class: "story__mark" }),
    element(
      "div",
      { class: "story__body" },
      element("h4", { class: "story__title" }, say(/** @type {import("./messages.js").MessageKey} */ (key))),
      element("p", { class: "story__text" }, text),
    ),
  );
}

/** @param {Transfer} transfer */
export function makeCard(transfer) {
  const name = transfer.file.name;
  const bar = element("progress", { class: "progress", max: transfer.file.size || 1, value: transfer.sent });
  bar.setAttribute("aria-label", say("progressOf", { name }));
  return element(
    "li",
    { class: "card transfer" },
    element("h3", { class: "transfer__name" }, name),
    element(
      "ol",
      { class: "story", "data-story": true },
      element(
        "li",
        { class: "story__step story__step--now", "aria-current": "step" },
        element("span", { class: "story__mark" }),
        element(
          "div",
          { class: "story__body" },
          element("h4", { class: "story__title" }, say("received")),
          bar,
          element("p", { class: "story__numbers tabular", "data-numbers": true }),
          element("p", { class: "field__error", "data-problem": true, hidden: true, role: "alert" }),
        ),
      ),
      ...LATER.map((key) => laterStep(key, say(`${key}Todo`))),
    ),
    element(
      "div",
      { class: "cluster", "data-actions": true },
      button("pause", name, ""),
      button("goOn", name, "btn--primary"),
      button("tryAgain", name, "btn--primary"),
      button("giveUp", name, "btn--quiet"),
    ),
  );
}

/**
 * @param {HTMLElement} card
 * @param {Transfer} transfer
 */
export function drawCard(card, transfer) {
  const bar = card.querySelector("progress");
  if (!bar) return; // the server's story has taken its place
  bar.value = transfer.sent;
  find(card, "[data-numbers]").textContent = numbers(transfer);
  const problem = find(card, "[data-problem]");
  problem.hidden = transfer.state !== "failed";
  problem.textContent = transfer.state === "failed" ? problemText(transfer) : "";
  card.classList.toggle("transfer--waiting", transfer.state === "waiting");
  find(card, ".story__step").classList.toggle("story__step--stopped", transfer.state === "failed");
  /** @type {Record<string, boolean>} */
  const shown = {
    pause: ["waiting", "starting", "sending", "retrying"].includes(transfer.state),
    goOn: transfer.state === "paused",
    tryAgain: transfer.state === "failed",
    giveUp: !["handing", "done"].includes(transfer.state),
  };
  for (const [action, visible] of Object.entries(shown)) {
    find(card, `[data-action="${action}"]`).hidden = !visible;
  }
}

/** @param {Transfer} transfer */
function numbers(transfer) {
  const done = percent(transfer.sent, transfer.file.size);
  switch (transfer.state) {
    case "waiting":
      return transfer.resumedFrom ? say("resuming", { done: bytes(transfer.resumedFrom) }) : say("waiting");
    case "starting":
      return say("starting");
    case "retrying":
      return retryText(transfer);
    case "paused":
      return say("paused", { percent: done });
    case "handing":
    case "done":
      return say("handingOver");
    case "sending":
      return sendingText(transfer, done);
    default:
      return "";
  }
}

/**
 * @param {Transfer} transfer
 * @param {number} done percent
 */
function sendingText(transfer, done) {
  const parts = [say("sending", { percent: done, done: bytes(transfer.sent), all: bytes(transfer.file.size) })];
  const speed = transfer.speed.bytesPerSecond;
  const left = transfer.speed.secondsLeft(transfer.file.size);
  if (speed !== null) parts.push(say("speed", { speed: bytes(speed) }));
  if (left !== null) parts.push(say("left", { time: duration(left) }));
  return parts.join(" · ");
}

/** @param {Transfer} transfer */
function retryText(transfer) {
  if (!navigator.onLine) return say("offline");
  return say("retrying", { seconds: Math.max(1, Math.ceil((transfer.retryAt - performance.now()) / 1000)) });
}

/** @param {Transfer} transfer */
function problemText(transfer) {
  if (transfer.problem?.status === -1) return say("fileGone");
  return transfer.problem?.sentence || say("failedPlain", { status: transfer.problem?.status || "–" });
}

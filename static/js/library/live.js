/**
 * Pages that show masters stay true while workers work: numbers move with each message of the socket, and a change of
 * state fetches the piece of page anew from the server, in the reader's words. While the socket is away, pages ask.
 */

import { duration, say } from "./words.js";

/**
 * The messages are `progress_of` in streaming/library/progress.py.
 *
 * @typedef {object} Numbers
 * @property {string} id
 * @property {string} state
 * @property {number} percent
 * @property {number | null} [fps]
 * @property {number | null} [seconds_left]
 *
 * @typedef {Numbers & { renditions?: Numbers[] }} Progress
 */

const POLL_MS = 4000;
const RECONNECT_MS = [500, 1000, 2000, 5000, 10_000];
const FINAL_STATES = new Set(["published", "failed", "cancelled"]);

/**
 * @param {HTMLElement} holder
 * @param {{ percent?: number, fps?: number | null, seconds_left?: number | null }} numbers
 */
export function drawNumbers(holder, numbers) {
  const bar = holder.querySelector('[data-field="bar"]');
  if (bar instanceof HTMLProgressElement && numbers.percent !== undefined) bar.value = numbers.percent;
  put(holder, "percent", numbers.percent === undefined ? null : String(Math.floor(numbers.percent)));
  put(holder, "fps", numbers.fps ? say("fps", { fps: numbers.fps.toFixed(numbers.fps < 10 ? 1 : 0) }) : "");
  put(holder, "left", numbers.seconds_left ? say("timeLeft", { time: duration(numbers.seconds_left) }) : "");
}

/**
 * @param {HTMLElement} holder
 * @param {string} field
 * @param {string | null} text null leaves it as it is
 */
function put(holder, field, text) {
  const place = holder.querySelector(`[data-field="${field}"]`);
  if (place && text !== null && place.textContent !== text) place.textContent = text;
}

/** @param {HTMLElement} holder */
function drawOwnNumbers(holder) {
  drawNumbers(holder, { fps: Number(holder.dataset.fps) || null, seconds_left: numberOr(holder.dataset.secondsLeft) });
}

/** @param {string | undefined} text */
function numberOr(text) {
  return text ? Number(text) : null;
}

/**
 * The words for numbers that the server has put into attributes.
 * @param {ParentNode} root
 */
function dress(root) {
  for (const holder of root.querySelectorAll("[data-master], [data-rendition]")) {
    if (holder instanceof HTMLElement && !(holder.matches("[data-master]") && holder.querySelector(":scope [data-rendition]"))) {
      drawOwnNumbers(holder);
    }
  }
}

/**
 * Replace what is inside `region` by the answer of its `data-refresh` address: all of a fragment, or of a whole page
 * the parts that both have (`data-part`).
 * @param {HTMLElement} region
 */
async function refresh(region) {
  const address = region.dataset.refresh;
  if (!address || region.getAttribute("aria-busy") === "true") return;
  const inParts = region.querySelector("[data-part]") !== null;
  region.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(address, { headers: { Accept: "text/html", ...(inParts ? {} : { "HX-Request": "true" }) } });
    if (!response.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (inParts) exchangeParts(region, page);
    else keepFocus(region, () => region.replaceChildren(...page.body.childNodes));
    dress(region);
  } catch {
    // The next message or the next poll tries again.
  } finally {
    region.setAttribute("aria-busy", "false");
  }
}

/**
 * A part in which somebody is typing or choosing stays. The first time that the film can be played the page is loaded
 * anew, for the player comes with the page.
 * @param {HTMLElement} region
 * @param {Document} page
 */
function exchangeParts(region, page) {
  const comesAlive = page.querySelector("[data-player]") && !region.querySelector("[data-player]");
  if (comesAlive && !document.querySelector("dialog[open]")) {
    location.reload();
    return;
  }
  for (const part of region.querySelectorAll("[data-part]")) {
    const fresh = page.querySelector(`[data-part="${part.getAttribute("data-part")}"]`);
    const isUsed = part.contains(document.activeElement) && document.activeElement?.matches("select, input");
    if (fresh && !isUsed && !fresh.querySelector("[data-player]")) part.replaceWith(fresh);
  }
}

/**
 * @param {HTMLElement} region
 * @param {() => void} replace
 */
function keepFocus(region, replace) {
  const focused = document.activeElement;
  const address = focused instanceof HTMLAnchorElement && region.contains(focused) ? focused.getAttribute("href") : null;
  replace();
  if (!address) return;
  const again = [...region.querySelectorAll("a")].find((link) => link.getAttribute("href") === address);
  again?.focus();
}

/** @param {Progress} message */
export function apply(message) {
  for (const holder of document.querySelectorAll(`[data-master="${CSS.escape(message.id)}"]`)) {
    if (!(holder instanceof HTMLElement)) continue;
    const region = holder.closest("[data-refresh]");
    if (region instanceof HTMLElement && holder.dataset.state !== message.state) {
      refresh(region);
      continue;
    }
    const own = holder.querySelector(".story, .film-card__body");
    drawNumbers(own instanceof HTMLElement ? own : holder, message);
    for (const one of message.renditions ?? []) applyRendition(holder, one, region);
  }
}

/**
 * @param {HTMLElement} holder
 * @param {Numbers} one
 * @param {Element | null} region
 */
function applyRendition(holder, one, region) {
  const row = holder.querySelector(`[data-rendition="${CSS.escape(one.id)}"]`);
  if (!(row instanceof HTMLElement)) return;
  const becameDone = one.state === "done" && row.querySelector('[data-field="bar"]');
  if (becameDone && region instanceof HTMLElement) refresh(region);
  else drawNumbers(row, one);
}

/** @returns {HTMLElement[]} regions with a master that somebody still works on */
function unsettledRegions() {
  return [...document.querySelectorAll("[data-refresh]")].filter(
    /** @returns {region is HTMLElement} */
    (region) =>
      region instanceof HTMLElement &&
      [...region.querySelectorAll("[data-master]")].some(
        (holder) => holder instanceof HTMLElement && !FINAL_STATES.has(holder.dataset.state ?? ""),
      ),
  );
}

class Socket {
  /** @param {string} path */
  constructor(path) {
    this.address = new URL(path, location.href);
    this.address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    this.failures = 0;
    this.isOpen = false;
    this.connect();
    setInterval(() => this.poll(), POLL_MS);
  }

  connect() {
    const socket = new WebSocket(this.address);
    socket.addEventListener("open", () => {
      this.failures = 0;
      this.isOpen = true;
      this.socket = socket;
      this.watch();
    });
    socket.addEventListener("message", (event) => {
      const message = JSON.parse(event.data);
      if (message?.type === "master") apply(message);
    });
    socket.addEventListener("close", () => {
      this.isOpen = false;
      const wait = RECONNECT_MS[Math.min(this.failures, RECONNECT_MS.length - 1)];
      this.failures += 1;
      setTimeout(() => this.connect(), wait);
    });
  }

  /** Name the masters on the page: one's own come anyway, an administrator also looks at others'. */
  watch() {
    const shown = [...document.querySelectorAll("[data-master]")].map((holder) => holder.getAttribute("data-master"));
    if (this.isOpen) for (const id of new Set(shown)) this.socket?.send(JSON.stringify({ watch: id }));
  }

  poll() {
    if (!this.isOpen && document.visibilityState === "visible") for (const region of unsettledRegions()) refresh(region);
  }
}

/** @type {Socket | undefined} */
let socket;

/** @param {string} path of the socket */
export function startLive(path) {
  dress(document);
  socket ??= new Socket(path);
  // The list is exchanged by htmx when somebody searches.
  document.addEventListener("htmx:afterSettle", () => {
    const list = document.getElementById("masters");
    if (list?.dataset.refresh) list.dataset.refresh = location.pathname + location.search;
    dress(document);
    socket?.watch();
  });
}

/**
 * The server's story takes the place of the upload's own.
 * @param {HTMLElement} card
 * @param {string} masterId
 */
export async function showArrived(card, masterId) {
  const region = document.createElement("div");
  region.dataset.refresh = `/library/${masterId}/story/`;
  await refresh(region);
  if (!region.firstElementChild) return;
  card.querySelector("[data-story]")?.replaceWith(region);
  card.querySelector("[data-actions]")?.remove();
  socket?.watch();
}

/** The preview strip: one picture with many stills, cut apart by its WebVTT index (`name.jpg#xywh=x,y,width,height`). */

import { element, find } from "../shared/dom.js";

/**
 * @typedef {{ seconds: number, picture: string, x: number, y: number, width: number, height: number }} Still
 */

const CUE = /^(?:(\d+):)?(\d{2}):(\d{2})\.(\d{3}) --> .*\n(\S+)#xywh=(?:pixel:)?(\d+),(\d+),(\d+),(\d+)$/gm;

/**
 * @param {string} text WebVTT
 * @returns {Still[]}
 */
export function parseStills(text) {
  return [...text.replaceAll("\r\n", "\n").matchAll(CUE)].map((match) => ({
    seconds: Number(match[1] ?? 0) * 3600 + Number(match[2]) * 60 + Number(match[3]) + Number(match[4]) / 1000,
    picture: match[5],
    x: Number(match[6]),
    y: Number(match[7]),
    width: Number(match[8]),
    height: Number(match[9]),
  }));
}

/** @param {number} seconds */
export function clock(seconds) {
  const whole = Math.floor(seconds);
  const minutes = `${Math.floor(whole / 60) % 60}`;
  const rest = `${whole % 60}`.padStart(2, "0");
  return whole < 3600 ? `${minutes}:${rest}` : `${Math.floor(whole / 3600)}:${minutes.padStart(2, "0")}:${rest}`;
}

/**
 * Fill the section and show it; without stills it stays hidden.
 * @param {HTMLElement} section
 */
export async function showStrip(section) {
  const address = new URL(section.dataset.strip ?? "", location.href);
  const response = await fetch(address).catch(() => null);
  const stills = response?.ok ? parseStills(await response.text()) : [];
  if (!stills.length) return;
  find(section, "[data-stills]").append(...stills.map((still) => draw(still, address)));
  section.hidden = false;
}

/**
 * @param {Still} still
 * @param {URL} base
 */
function draw(still, base) {
  const picture = element("div", { class: "strip__picture" });
  picture.style.width = `${still.width}px`;
  picture.style.height = `${still.height}px`;
  picture.style.backgroundImage = `url("${new URL(still.picture, base).href}")`;
  picture.style.backgroundPosition = `-${still.x}px -${still.y}px`;
  const time = element("figcaption", { class: "strip__time" }, clock(still.seconds));
  return element("figure", { class: "strip__still" }, picture, time);
}

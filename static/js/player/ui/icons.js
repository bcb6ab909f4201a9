/// <reference path="../../shared/svg.d.ts" />
/** The player's icons, from Lucide (ISC licence). */

import arrowRight from "lucide-static/icons/arrow-right.svg";
import captions from "lucide-static/icons/captions.svg";
import check from "lucide-static/icons/check.svg";
import info from "lucide-static/icons/info.svg";
import keyboard from "lucide-static/icons/keyboard.svg";
import loader from "lucide-static/icons/loader-circle.svg";
import locate from "lucide-static/icons/locate.svg";
import maximize from "lucide-static/icons/maximize.svg";
import minimize from "lucide-static/icons/minimize.svg";
import move from "lucide-static/icons/move-3d.svg";
import pause from "lucide-static/icons/pause.svg";
import phone from "lucide-static/icons/smartphone.svg";
import play from "lucide-static/icons/play.svg";
import refresh from "lucide-static/icons/refresh-cw.svg";
import back from "lucide-static/icons/rotate-ccw.svg";
import forward from "lucide-static/icons/rotate-cw.svg";
import goggles from "lucide-static/icons/rectangle-goggles.svg";
import settings from "lucide-static/icons/settings-2.svg";
import warning from "lucide-static/icons/triangle-alert.svg";
import volume from "lucide-static/icons/volume-2.svg";
import silent from "lucide-static/icons/volume-x.svg";
import offline from "lucide-static/icons/wifi-off.svg";
import close from "lucide-static/icons/x.svg";

const MARKUP = {
  arrowRight, back, captions, check, close, forward, goggles, info, keyboard, loader, locate, maximize, minimize, move,
  offline, pause, phone, play, refresh, settings, silent, volume, warning,
};

/** @typedef {keyof typeof MARKUP} IconName */

/**
 * An icon as an element; it is decoration, the words stand beside it or in the label.
 * @param {IconName} name
 * @returns {SVGElement}
 */
export function icon(name) {
  const parsed = new DOMParser().parseFromString(MARKUP[name], "image/svg+xml").documentElement;
  const svg = /** @type {SVGElement} */ (/** @type {unknown} */ (document.importNode(parsed, true)));
  svg.setAttribute("class", "player__icon");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("focusable", "false");
  return svg;
}

/**
 * The icon's markup in one colour, for drawing on a canvas.
 * @param {IconName} name
 * @param {string} colour
 */
export function iconMarkup(name, colour) {
  return MARKUP[name].replaceAll("currentColor", colour);
}

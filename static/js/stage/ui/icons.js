/// <reference path="../../shared/svg.d.ts" />
/** The stage's icons, from Lucide (ISC licence). */

import captions from "lucide-static/icons/captions.svg";
import hand from "lucide-static/icons/hand.svg";
import leave from "lucide-static/icons/log-out.svg";
import list from "lucide-static/icons/list.svg";
import pause from "lucide-static/icons/pause.svg";
import phone from "lucide-static/icons/smartphone.svg";
import play from "lucide-static/icons/play.svg";
import goggles from "lucide-static/icons/rectangle-goggles.svg";
import room from "lucide-static/icons/scan.svg";
import users from "lucide-static/icons/users.svg";
import volume from "lucide-static/icons/volume-2.svg";
import silent from "lucide-static/icons/volume-x.svg";
import power from "lucide-static/icons/power.svg";
import zap from "lucide-static/icons/zap.svg";
import mic from "lucide-static/icons/mic.svg";

const MARKUP = { captions, goggles, hand, leave, list, mic, pause, phone, play, power, room, silent, users, volume, zap };

/** @typedef {keyof typeof MARKUP} IconName */

/**
 * @param {IconName} name
 * @returns {SVGElement} decoration: the words stand beside it
 */
export function icon(name) {
  const holder = new DOMParser().parseFromString(MARKUP[name].slice(MARKUP[name].indexOf("<svg")), "image/svg+xml");
  const svg = /** @type {SVGElement} */ (/** @type {unknown} */ (document.importNode(holder.documentElement, true)));
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("stage__icon");
  return svg;
}

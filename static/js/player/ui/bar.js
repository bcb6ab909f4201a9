/** The row of controls under the picture. */

import { element } from "../../shared/dom.js";
import { clockTime } from "../clock.js";
import { Gyroscope } from "../gyroscope.js";
import { iconButton, nameButton, setIcon, wordButton } from "./parts.js";
import { SeekBar } from "./seekbar.js";

export class Bar {
  #player;
  #play;
  #sound;
  #volume;
  #time = element("span", { class: "player__time" });
  #captions;
  #settings;
  #gyro;
  #vr;
  #fullscreen;

  /** @param {import("../player.js").Player} player */
  constructor(player) {
    this.#player = player;
    const { say, video, config } = player;
    this.seekBar = new SeekBar(video, say, (seconds) => player.seek(seconds));
    this.#play = iconButton("play", say("play"), () => player.togglePlay(), "player__button--play");
    this.#sound = iconButton("volume", say("mute"), () => player.toggleMute());
    this.#volume = element("input", {
      type: "range", class: "player__volume", min: 0, max: 1, step: 0.05, value: player.preferences.volume,
      "aria-label": say("volume"),
    });
    this.#volume.addEventListener("input", () => player.setVolume(Number(this.#volume.value)));
    this.#captions = iconButton("captions", say("captions"), () => player.toggleCaptions());
    this.#captions.hidden = config.captions.length === 0;
    this.#settings = iconButton("settings", say("settings"), () => player.settings.toggle());
    this.#settings.setAttribute("aria-haspopup", "dialog");
    this.#gyro = iconButton("phone", say("gyro"), () => void player.toggleGyroscope());
    this.#gyro.hidden = !(player.isSpherical && Gyroscope.offered);
    this.#vr = wordButton("goggles", say("enterVr"), () => void player.enterVr(), "player__vr");
    this.#vr.hidden = true;
    this.#fullscreen = iconButton("maximize", say("fullscreen"), () => void player.toggleFullscreen());
    this.root = element(
      "div",
      { class: "player__bar" },
      this.seekBar.root,
      element(
        "div",
        { class: "player__row" },
        this.#play,
        iconButton("back", say("back"), () => player.skip(-10)),
        iconButton("forward", say("forward"), () => player.skip(10), "player__for-wide"),
        element("div", { class: "player__sound" }, this.#sound, this.#volume),
        this.#time,
        element("span", { class: "player__gap" }),
        this.#gyro,
        this.#captions,
        this.#settings,
        this.#vr,
        this.#fullscreen,
      ),
    );
    for (const event of ["play", "pause", "ended", "timeupdate", "seeked", "durationchange", "volumechange"])
      video.addEventListener(event, () => this.show());
    player.addEventListener("change", () => this.show());
    document.addEventListener("fullscreenchange", () => this.show());
    this.show();
  }

  /** @param {boolean} available */
  offerVr(available) {
    this.#vr.hidden = !available;
  }

  show() {
    const { say, video, captions, isFullscreen, gyroscope } = this.#player;
    this.#toggle(this.#play, video.paused ? "play" : "pause", video.paused ? say("play") : say("pause"));
    const silent = video.muted || video.volume === 0;
    this.#toggle(this.#sound, silent ? "silent" : "volume", silent ? say("unmute") : say("mute"));
    this.#volume.value = String(silent ? 0 : video.volume);
    this.#time.textContent = `${clockTime(video.currentTime)} / ${clockTime(video.duration)}`;
    this.#captions.setAttribute("aria-pressed", String(captions.language !== null));
    this.#gyro.setAttribute("aria-pressed", String(gyroscope.active));
    nameButton(this.#gyro, gyroscope.active ? say("gyroOff") : say("gyro"));
    this.#toggle(
      this.#fullscreen, isFullscreen ? "minimize" : "maximize", isFullscreen ? say("exitFullscreen") : say("fullscreen"),
    );
  }

  /**
   * @param {HTMLElement} button
   * @param {import("./icons.js").IconName} name
   * @param {string} label
   */
  #toggle(button, name, label) {
    if (button.getAttribute("aria-label") === label) return;
    setIcon(button, name);
    nameButton(button, label);
  }
}

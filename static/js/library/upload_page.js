/** The upload page: a queue of files, one at a time, and the uploads that an earlier visit left unfinished. */

import { element, find } from "../shared/dom.js";
import { showArrived } from "./live.js";
import { Transfer, fingerprint } from "./transfer.js";
import { drawCard, makeCard } from "./transfer_card.js";
import { Unfinished } from "./unfinished.js";
import { bytes, say } from "./words.js";

/** @typedef {import("./transfer.js").Config} Config */

export class UploadPage {
  /**
   * @param {HTMLElement} root
   * @param {Config} config
   */
  constructor(root, config) {
    this.root = root;
    this.config = config;
    /** @type {Map<Transfer, HTMLElement>} */
    this.cards = new Map();
    this.unfinished = new Unfinished(root, config, (name) => this.confirmGivingUp(name));
    this.list = find(root, "[data-queue]");
    this.#listen();
  }

  #listen() {
    const input = /** @type {HTMLInputElement} */ (find(this.root, "[data-files]"));
    input.addEventListener("change", () => {
      this.add([...(input.files ?? [])]);
      input.value = "";
    });
    listenForDrops(find(this.root, "[data-drop]"), (files) => this.add(files));
    window.addEventListener("online", () => this.#each((transfer) => transfer.hurry()));
    window.addEventListener("beforeunload", (event) => {
      if ([...this.cards.keys()].some((transfer) => transfer.isActive)) event.preventDefault();
    });
    // The countdown to the next try moves although nothing is sent.
    setInterval(() => this.#each((transfer, card) => transfer.state === "retrying" && drawCard(card, transfer)), 1000);
  }

  /** @param {(transfer: Transfer, card: HTMLElement) => void} action */
  #each(action) {
    for (const [transfer, card] of this.cards) action(transfer, card);
  }

  /** @param {File[]} files */
  async add(files) {
    await this.unfinished.load();
    for (const file of files) {
      const refusal = this.#refusal(file);
      if (refusal) this.#say(refusal, true);
      else this.#enqueue(new Transfer(file, this.config, this.unfinished.take(file)));
    }
    this.#next();
  }

  /** @param {File} file */
  #refusal(file) {
    if (file.size > this.config.limit) {
      return say("tooLarge", { name: file.name, size: bytes(file.size), limit: bytes(this.config.limit) });
    }
    const key = fingerprint(file);
    const twice = [...this.cards.keys()].some((transfer) => transfer.key === key && transfer.state !== "given-up");
    return twice ? say("sameTwice", { name: file.name }) : "";
  }

  /** @param {Transfer} transfer */
  #enqueue(transfer) {
    const card = makeCard(transfer);
    this.cards.set(transfer, card);
    this.list.append(card);
    find(this.root, "[data-queue-section]").hidden = false;
    card.addEventListener("click", (event) => this.#act(event, transfer));
    transfer.addEventListener("change", () => this.#changed(transfer, card));
    drawCard(card, transfer);
  }

  /**
   * @param {Event} event
   * @param {Transfer} transfer
   */
  async #act(event, transfer) {
    const pressed = event.target instanceof Element ? event.target.closest("[data-action]") : null;
    switch (pressed?.getAttribute("data-action")) {
      case "pause":
        transfer.pause();
        break;
      case "goOn":
      case "tryAgain":
        transfer.wait();
        break;
      case "giveUp":
        if (await this.confirmGivingUp(transfer.file.name)) await this.#giveUp(transfer);
        break;
      default:
        return;
    }
    this.#next();
  }

  /** @param {Transfer} transfer */
  async #giveUp(transfer) {
    try {
      await transfer.giveUp();
    } catch {
      // The server could not be told: the upload stays in the list of unfinished ones, where it can be given up again.
      await this.unfinished.load();
    }
    this.cards.get(transfer)?.remove();
    this.cards.delete(transfer);
    find(this.root, "[data-queue-section]").hidden = this.cards.size === 0;
    find(this.root, "[data-files]").focus();
  }

  /**
   * @param {Transfer} transfer
   * @param {HTMLElement} card
   */
  #changed(transfer, card) {
    drawCard(card, transfer);
    if (transfer.state === "done") {
      this.#say(say("announceDone", { name: transfer.file.name }));
      if (transfer.masterId) showArrived(card, transfer.masterId);
      this.#next();
    } else if (transfer.state === "failed") {
      this.#say(say("announceFailed", { name: transfer.file.name }));
      this.#next();
    }
  }

  /** One file at a time gets the whole line, so that the first can be worked on while the next arrives. */
  #next() {
    const transfers = [...this.cards.keys()];
    if (transfers.some((transfer) => transfer.isActive)) return;
    transfers.find((transfer) => transfer.state === "waiting")?.start();
  }

  /**
   * @param {string} name
   * @returns {Promise<boolean>}
   */
  confirmGivingUp(name) {
    const dialog = /** @type {HTMLDialogElement} */ (find(document, "[data-discard]"));
    find(dialog, "[data-discard-name]").textContent = name;
    dialog.returnValue = "keep";
    dialog.showModal();
    return new Promise((resolve) => {
      dialog.addEventListener("close", () => resolve(dialog.returnValue === "discard"), { once: true });
    });
  }

  /**
   * @param {string} sentence
   * @param {boolean} [visibly] as a notice, too
   */
  #say(sentence, visibly = false) {
    find(this.root, "[data-upload-status]").textContent = sentence;
    if (!visibly) return;
    const notice = element("div", { class: "notice notice--error", role: "alert" }, element("p", {}, sentence));
    find(this.root, "[data-drop]").after(notice);
    setTimeout(() => notice.remove(), 12_000);
  }
}

/**
 * @param {HTMLElement} zone
 * @param {(files: File[]) => void} take
 */
function listenForDrops(zone, take) {
  let depth = 0;
  const mark = () => zone.classList.toggle("drop--over", depth > 0);
  document.addEventListener("dragenter", () => ((depth += 1), mark()));
  document.addEventListener("dragleave", () => ((depth = Math.max(0, depth - 1)), mark()));
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    depth = 0;
    mark();
    take([...(event.dataTransfer?.files ?? [])]);
  });
}

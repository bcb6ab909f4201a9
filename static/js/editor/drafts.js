/** Text that is not saved yet, kept in this browser: a closed tab or a lost connection costs nothing. */

import { forget, recall, remember } from "../shared/storage.js";

/** @typedef {{ source: string, base: number, at: number }} Draft base: number of the version it was made from */

export class Drafts {
  /** @param {string} key scenario @param {number} user each person has their own */
  constructor(key, user) {
    this._name = `scenario-draft:${user}:${key}`;
  }

  /** @returns {Draft | null} */
  get() {
    return recall(this._name, null);
  }

  /** @param {string} source @param {number} base */
  keep(source, base) {
    remember(this._name, { source, base, at: Date.now() });
  }

  forget() {
    forget(this._name);
  }
}

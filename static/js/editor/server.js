/** What the editor asks of the server. */

import { csrfToken } from "../shared/csrf.js";

/** The server refused: `message` is a sentence for people, `answer` what else it said. */
export class Refused extends Error {
  /** @param {number} status @param {Record<string, any>} answer */
  constructor(status, answer) {
    super(answer.message ?? String(status));
    this.code = answer.code ?? String(status);
    this.answer = answer;
  }
}

/**
 * Rejects with Refused, or with a TypeError where there is no network.
 * @param {string} url
 * @param {Record<string, unknown>} body
 * @returns {Promise<any>}
 */
export async function post(url, body) {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": csrfToken() };
  return answerOf(await fetch(url, { method: "POST", headers, body: JSON.stringify(body) }));
}

/** @param {string} url @returns {Promise<any>} */
export async function get(url) {
  return answerOf(await fetch(url, { headers: { Accept: "application/json" } }));
}

/** @param {Response} response */
async function answerOf(response) {
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(response.status, answer);
  return answer;
}

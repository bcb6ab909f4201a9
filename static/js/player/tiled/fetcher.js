/** Byte ranges of a tiled title over the network, with what can go wrong told apart. */

/**
 * @typedef {"offline" | "expired" | "denied" | "gone" | "broken"} FetchFailure
 *   offline: no answer, or the server is in trouble: again later; expired: the address has run out; denied: not for this
 *   viewer; gone: the file is not there; broken: the answer is not what the index says
 */

export class FetchError extends Error {
  /**
   * @param {FetchFailure} kind
   * @param {string} [detail]
   */
  constructor(kind, detail) {
    super(detail ?? kind);
    this.kind = kind;
  }
}

/** Without a byte for this long a request is given up. */
const SILENCE_MS = 6000;

/** @param {number} status @returns {FetchFailure} */
export function failureOf(status) {
  if (status === 401 || status === 410) return "expired";
  if (status === 403) return "denied";
  if (status === 404 || status === 416) return "gone";
  return "offline";
}

/**
 * @param {typeof fetch} request
 * @param {string} url
 * @param {object} range
 * @param {number} range.from first byte
 * @param {number} range.to last byte, included
 * @param {number} range.total bytes of the whole file, by the index
 * @param {AbortSignal} signal
 * @param {(bytes: number) => void} onBytes
 * @returns {Promise<Uint8Array>} exactly the range
 * @throws {FetchError}
 * @throws {DOMException} AbortError when `signal` said so
 */
export async function fetchRange(request, url, { from, to, total }, signal, onBytes) {
  const silence = new AbortController();
  const stop = () => silence.abort();
  signal.addEventListener("abort", stop, { once: true });
  let timer = setTimeout(stop, SILENCE_MS);
  try {
    const answer = await request(url, { headers: { Range: `bytes=${from}-${to}` }, signal: silence.signal, credentials: "same-origin" });
    if (answer.status !== 206 && answer.status !== 200) throw new FetchError(failureOf(answer.status), `${answer.status} ${url}`);
    const whole = answer.status === 200;
    const stated = whole ? null : /\/(\d+)$/.exec(answer.headers.get("Content-Range") ?? "");
    if (stated && Number(stated[1]) !== total) throw new FetchError("broken", `the file has ${stated[1]} bytes, the index says ${total}`);
    const expected = whole ? total : to - from + 1;
    const length = answer.headers.get("Content-Length");
    if (length !== null && Number(length) !== expected) throw new FetchError("broken", `${length} bytes are offered for ${expected}`);
    const bytes = new Uint8Array(expected);
    let at = 0;
    const reader = /** @type {ReadableStream<Uint8Array>} */ (answer.body).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      clearTimeout(timer);
      timer = setTimeout(stop, SILENCE_MS);
      if (at + value.length > expected) throw new FetchError("broken", `more bytes than the ${expected} that were asked for`);
      bytes.set(value, at);
      at += value.length;
      onBytes(value.length);
    }
    if (at < expected) throw new FetchError(whole ? "broken" : "offline", `${at} of ${expected} bytes came`);
    return whole ? bytes.subarray(from, to + 1) : bytes;
  } catch (reason) {
    if (reason instanceof FetchError) throw reason;
    if (signal.aborted) throw new DOMException("The request was stopped", "AbortError");
    throw new FetchError("offline", String(reason));
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}

/** tus requests that carry a SHA-256 of their piece, so that a damaged piece is never kept. */

import { DefaultHttpStack } from "tus-js-client";

/**
 * @param {ArrayBuffer} buffer
 * @returns {string}
 */
export function base64(buffer) {
  return btoa(String.fromCharCode(...new Uint8Array(buffer)));
}

/** The browser's stack; where there is no WebCrypto (plain HTTP in a LAN) the pieces go without a checksum. */
export class ChecksumStack {
  constructor() {
    this.inner = new DefaultHttpStack({});
  }

  /**
   * @param {string} method
   * @param {string} url
   * @returns {import("tus-js-client").HttpRequest}
   */
  createRequest(method, url) {
    const request = this.inner.createRequest(method, url);
    const send = request.send.bind(request);
    const abort = request.abort.bind(request);
    let stopped = false;
    request.abort = () => {
      stopped = true;
      return abort();
    };
    request.send = async (body) => {
      if (body instanceof Blob && body.size > 0 && crypto.subtle) {
        const digest = await crypto.subtle.digest("SHA-256", await body.arrayBuffer());
        if (stopped) throw new DOMException("The request was stopped", "AbortError");
        request.setHeader("Upload-Checksum", `sha256 ${base64(digest)}`);
      }
      return send(body);
    };
    return request;
  }

  getName() {
    return "ChecksumStack";
  }
}

/** The worker's end: messages from the page to the engine, and its answers back. */

import { TiledEngine } from "./engine.js";

/**
 * @typedef {{ type: "open", start: import("./engine.js").EngineStart } | { type: "renewed", url: string } | { type: "notRenewed" }
 *   | ({ type: "state" } & Parameters<TiledEngine["state"]>[0]) | { type: "cap", capKbps: number } | { type: "retry" }
 *   | { type: "crowd", crowd: import("./predict.js").Crowd | null }
 *   | { type: "jumped", media: number } | { type: "evicted", from: number, to: number } | { type: "close" }} FromPage
 */

const TICK_MS = 100;

const engine = new TiledEngine({
  fetch: (...request) => fetch(...request),
  able: async ({ codec, hvcc, ...size }, sink) => {
    const contentType = `video/mp4; codecs="${codec}"`;
    const type = sink === "mse" ? "media-source" : "file";
    const asked = navigator.mediaCapabilities?.decodingInfo({ type, video: { contentType, ...size } });
    const given = await asked?.catch(() => null);
    if (sink === "frames") {
      const config = { codec, codedWidth: size.width, codedHeight: size.height, description: hvcc };
      const found = typeof VideoDecoder === "undefined" ? null : await VideoDecoder.isConfigSupported(config).catch(() => null);
      return { supported: found?.supported ?? false, smooth: given?.smooth ?? false };
    }
    // The page asks MediaSource as well; where nothing else is said here, its word counts.
    return given ?? { supported: true, smooth: false };
  },
  post: (message, transfer = []) => postMessage(message, { transfer }),
  clock: () => performance.now() / 1000,
});

addEventListener("message", (/** @type {MessageEvent<FromPage>} */ { data }) => {
  if (data.type === "open") void engine.open(data.start);
  else if (data.type === "state") engine.state(data);
  else if (data.type === "renewed") engine.renewed(data.url);
  else if (data.type === "notRenewed") engine.notRenewed();
  else if (data.type === "cap") engine.cap(data.capKbps);
  else if (data.type === "crowd") engine.crowd(data.crowd);
  else if (data.type === "retry") engine.retry();
  else if (data.type === "jumped") engine.jumped(data.media);
  else if (data.type === "evicted") engine.evicted(data.from, data.to);
  else {
    engine.close();
    close();
  }
});

setInterval(() => engine.tick(), TICK_MS);

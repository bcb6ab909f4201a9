import assert from "node:assert/strict";
import { test } from "node:test";
import { MediaLayer } from "./media-layer.js";

/** A session as far as layers go, and what was made and shown with it. */
function headset({ features = ["layers"], fails = false } = {}) {
  const page = { page: true };
  const made = [];
  const session = {
    enabledFeatures: features,
    renderState: { layers: [page] },
    updateRenderState({ layers }) {
      this.renderState = { layers };
    },
  };
  class XRMediaBinding {
    createEquirectLayer(video, init) {
      if (fails) throw new TypeError("not this video");
      const layer = { video, init, destroy: () => made.pop() };
      made.push(layer);
      return layer;
    }
  }
  return { session, page, made, scope: { XRMediaBinding } };
}
const video = { readyState: 4 };

test("where layers are offered the picture lies behind what the page draws, each eye with its half", () => {
  const { session, page, made, scope } = headset();
  const layer = MediaLayer.create(session, {}, video, "top-bottom", scope);
  assert.deepEqual(session.renderState.layers, [made[0], page]);
  assert.equal(made[0].init.layout, "stereo-top-bottom");
  assert.equal(made[0].init.centralHorizontalAngle, 2 * Math.PI);
  layer.end();
  assert.deepEqual(session.renderState.layers, [page]);
  assert.equal(made.length, 0);
});

test("the texture goes on drawing where layers are missing, refused, or fail", () => {
  for (const { session, scope } of [headset({ features: [] }), headset({ fails: true }), { ...headset(), scope: {} }]) {
    assert.equal(MediaLayer.create(session, {}, video, "mono", scope), null);
    assert.equal(session.renderState.layers.length, 1);
  }
  const { session, scope } = headset();
  assert.equal(MediaLayer.create(session, {}, { readyState: 0 }, "mono", scope), null);
});

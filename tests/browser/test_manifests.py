"""What is published plays in other people's players too: Shaka in Chromium, by DASH and by HLS, in each codec."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.browser.site import ROOT
from tests.library.films import make_film

pytestmark = pytest.mark.browser
SHAKA = ROOT / "node_modules" / "shaka-player" / "dist" / "shaka-player.compiled.js"
PAGE = "<!doctype html><title>Shaka</title><link rel=icon href=data:,><video muted width=320></video>"
# Plays past the first segment's end, then shows the picture of one moment: its number and what is played.
PLAY = """async ([manifest, video, audio, moment]) => {
  const element = document.querySelector("video");
  const player = new shaka.Player();
  await player.attach(element);
  player.configure({ preferredVideoCodecs: [video], preferredAudioCodecs: [audio] });
  await player.load(manifest);
  const passed = (event, test) => new Promise((done) => {
    element.addEventListener(event, () => test() && done());
    if (test()) done();
  });
  element.play();
  await passed("timeupdate", () => element.currentTime > 0.5);
  element.pause();
  const shown = new Promise((done) => {
    const look = (_, frame) => {
      if (Math.abs(frame.mediaTime - moment) < 0.04) done();
      else element.requestVideoFrameCallback(look);
    };
    element.requestVideoFrameCallback(look);
  });
  element.currentTime = moment;
  await shown;
  const canvas = new OffscreenCanvas(320, 160);
  const context = canvas.getContext("2d");
  context.drawImage(element, 0, 0, 320, 160);
  let number = 0;
  for (let bit = 0; bit < 10; bit++) {
    if (context.getImageData(bit * 32 + 16, 40, 1, 1).data[0] > 120) number |= 1 << bit;
  }
  const { videoCodec, audioCodec, width, height } = player.getVariantTracks().find((track) => track.active);
  const heard = element.webkitAudioDecodedByteCount > 0;
  const answer = { number, videoCodec, audioCodec, size: [width, height], heard, duration: element.duration };
  await player.destroy();
  return answer;
}"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A film of 5 s with sound, as `import_master` answers it."""
    folder = tmp_path_factory.mktemp("manifests")
    film = make_film(folder / "film.mp4", frames=150, click_at=1.0)
    kept = {key: value for key, value in os.environ.items() if key not in {"REDIS_URL", "DATABASE_URL"}}
    done = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "import_master", str(film), "--wait"],
        cwd=folder,
        env={**kept, "DATA_DIR": str(folder / "data"), "LIBRARY_CODECS": "av1,h264"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.fixture(scope="module")
def address(published: dict[str, Any]) -> Iterator[str]:
    folder = Path(published["dash"]).parent
    (folder / "page.html").write_text(PAGE)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.mark.parametrize("manifest", ["dash", "hls"])
@pytest.mark.parametrize(("video", "audio", "played"), [("av01", "opus", "opus"), ("avc1", "mp4a", "mp4a.40.2")])
def test_shaka_plays_picture_and_sound(
    manifest: str, video: str, audio: str, played: str, open_page: Any, address: str, published: dict[str, Any]
) -> None:
    page = open_page(f"{address}/page.html")
    page.add_script_tag(path=SHAKA)
    seen = page.evaluate(PLAY, [Path(published[manifest]).name, video, audio, 4.5])
    assert seen["videoCodec"].startswith(video)
    assert seen["audioCodec"].lower() == played
    assert seen["size"] == [320, 160]
    assert seen["number"] == 135
    assert seen["heard"]
    assert seen["duration"] == pytest.approx(5.0, abs=0.05)

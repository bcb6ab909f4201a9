"""Small made videos whose every direction has a known colour, packaged as HLS the way the library does (CMAF)."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

FPS = 10
SECONDS = 24
SEGMENT_SECONDS = 2
RATE = 48_000

NORTH = (200, 30, 30)
EAST = (30, 170, 40)
SOUTH = (40, 60, 210)
WEST = (210, 190, 30)
UP = (235, 235, 235)
DOWN = (60, 20, 80)
LEFT_EYE = (210, 40, 200)
RIGHT_EYE = (30, 190, 200)
FLAT = (230, 130, 40)


@dataclass(frozen=True)
class Rendition:
    name: str
    width: int
    height: int
    bitrate: int


SPHERE = (Rendition("low", 960, 480, 900_000), Rendition("high", 1920, 960, 3_000_000))
STEREO = (Rendition("only", 1024, 1024, 1_500_000),)
SCREEN = (Rendition("only", 640, 360, 800_000),)


def sphere_picture(width: int, height: int) -> np.ndarray:
    """Equirectangular: four walls of 90 degrees around the middle of each heading, a ceiling and a floor above 50."""
    picture = np.zeros((height, width, 3), np.uint8)
    heading = (np.arange(width) + 0.5) / width * 360 - 180
    pitch = 90 - (np.arange(height) + 0.5) / height * 180
    walls = np.select(
        [np.abs(heading) < 45, (heading >= 45) & (heading < 135), (heading <= -45) & (heading > -135)],
        [0, 1, 3],
        default=2,
    )
    picture[:] = np.array([NORTH, EAST, SOUTH, WEST], np.uint8)[walls][None, :, :]
    picture[pitch > 50] = UP
    picture[pitch < -50] = DOWN
    return picture


def stereo_picture(width: int, height: int) -> np.ndarray:
    """Top-bottom: the upper half is the left eye's."""
    picture = np.empty((height, width, 3), np.uint8)
    picture[: height // 2] = LEFT_EYE
    picture[height // 2 :] = RIGHT_EYE
    return picture


def screen_picture(width: int, height: int) -> np.ndarray:
    picture = np.empty((height, width, 3), np.uint8)
    picture[:] = FLAT
    return picture


def write_hls(folder: Path, renditions: tuple[Rendition, ...], kind: str) -> None:
    """A master playlist and one folder for each rendition, H.264 with AAC, plus captions and a thumbnail strip."""
    draw = {"sphere": sphere_picture, "stereo": stereo_picture, "screen": screen_picture}[kind]
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    for rendition in renditions:
        (folder / rendition.name).mkdir(parents=True)
        _encode(folder / rendition.name, rendition, draw(rendition.width, rendition.height))
        lines += [
            f"#EXT-X-STREAM-INF:BANDWIDTH={rendition.bitrate},RESOLUTION={rendition.width}x{rendition.height},"
            f'FRAME-RATE={FPS},CODECS="avc1.42c028,mp4a.40.2"',
            f"{rendition.name}/index.m3u8",
        ]
    (folder / "master.m3u8").write_text("\n".join(lines) + "\n")
    lines.insert(3, lines[3].replace("avc1.42c028", "av01.0.08M.08"))
    lines.insert(4, lines[5])
    (folder / "liar.m3u8").write_text("\n".join(lines) + "\n")
    (folder / "captions-en.vtt").write_text(
        "WEBVTT\n\n00:00.000 --> 00:06.000\nCheck for a response\n\n"
        "00:06.000 --> 00:24.000\nCall 120 &amp; get the AED\n"
    )
    (folder / "captions-zh.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:24.000\n判断意识，拨打 120\n")
    _write_thumbnails(folder, draw(320, 160))


def _encode(folder: Path, rendition: Rendition, picture: np.ndarray) -> None:
    options = {
        "hls_time": str(SEGMENT_SECONDS),
        "hls_segment_type": "fmp4",
        "hls_playlist_type": "vod",
        "hls_fmp4_init_filename": "init.mp4",
        "hls_segment_filename": str(folder / "%03d.m4s"),
    }
    with av.open(str(folder / "index.m3u8"), "w", format="hls", options=options) as output:
        video = output.add_stream("libx264", rate=FPS)
        video.width, video.height, video.pix_fmt = rendition.width, rendition.height, "yuv420p"
        video.options = {
            "preset": "ultrafast",
            "profile": "baseline",
            "level": "4.0",
            "x264-params": f"keyint={FPS * SEGMENT_SECONDS}:scenecut=0",
        }
        video.time_base = Fraction(1, FPS)
        audio = output.add_stream("aac", rate=RATE)
        audio.layout = "mono"
        planes = av.VideoFrame.from_ndarray(picture, "rgb24").reformat(format="yuv420p").to_ndarray()
        spot = max(4, picture.shape[0] // 40)
        for index in range(FPS * SECONDS):
            changed = planes.copy()
            # A small spot moves along the zenith, so that every frame differs and no direction's colour does.
            column = index * spot % (picture.shape[1] // 4)
            changed[:spot, column : column + spot] = 128
            frame = av.VideoFrame.from_ndarray(changed, "yuv420p")
            frame.pts = index
            output.mux(video.encode(frame))
            tone = (0.05 * np.sin(2 * np.pi * 440 * np.arange(RATE // FPS) / RATE)).astype(np.float32)
            sound = av.AudioFrame.from_ndarray(tone[None, :], "fltp", "mono")
            sound.sample_rate, sound.pts = RATE, index * (RATE // FPS)
            output.mux(audio.encode(sound))
        output.mux(video.encode())
        output.mux(audio.encode())


def _write_thumbnails(folder: Path, picture: np.ndarray) -> None:
    from PIL import Image

    sheet = np.concatenate([picture // (1 + index) for index in range(4)], axis=1)
    Image.fromarray(sheet).save(folder / "thumbnails.jpg", quality=80)
    step = SECONDS // 4
    cues = "".join(
        f"\n00:{index * step:02d}.000 --> 00:{(index + 1) * step:02d}.000\n"
        f"thumbnails.jpg#xywh={index * 320},0,320,160\n"
        for index in range(4)
    )
    (folder / "thumbnails.vtt").write_text("WEBVTT\n" + cues)

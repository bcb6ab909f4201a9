"""Poster and preview strip of a film.

poster.jpg       a good picture as it is in the file (left eye of stereo), at most 1920 wide
poster-flat.jpg  what a viewer who looks straight ahead sees of it; for flat films the same picture
preview.jpg      small forward views in a grid; preview.vtt names the part of it for each time (WebVTT thumbnails)
"""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray
from PIL import Image

from codec_native.sphere import turned
from streaming.library.probe.timeline import Timeline
from streaming.library.steady.rotation import Matrix
from streaming.library.steady.track import Track
from streaming.library.transcode.source import Source

Picture = NDArray[np.uint8]

POSTER_WIDTH = 1920
VIEW_SIZE = (1280, 720)
THUMB_SIZE = (192, 108)
THUMB_COLUMNS = 10
MAX_THUMBS = 100
FIELD_OF_VIEW = math.radians(95)
JPEG_QUALITY = 85
# The beginning is often black, the end often titles or a hand at the camera: posters come from between.
POSTER_RANGE = (0.05, 0.7)
TURNS = {90: 1, 180: 2, 270: 3}


def make_stills(
    source: Path, facts: dict[str, Any], timeline: Timeline, out: Path, turning: Track | None = None
) -> None:
    """Write the four files into `out`. `facts["layout"]` says projection and stereo; `turning`: how the camera turned,
    where that is taken out."""
    times = sample_times(timeline.duration)
    sphere = facts["layout"]["projection"] == "equirectangular"
    thumbs: list[Image.Image] = []
    best: tuple[float, Picture] | None = None
    with Source(source, timeline, facts["stream_index"], threads=2) as film:
        for time, frame in zip(times, pictures_at(film, times), strict=True):
            picture = one_eye(upright(frame, facts["rotation"]), facts["layout"]["stereo"])
            if turning:
                picture = steady(picture, turning.rotation(number_of(frame, timeline, time)))
            view = forward_view(picture, THUMB_SIZE) if sphere else fitted(picture, THUMB_SIZE)
            thumbs.append(view)
            score = worth_looking_at(view) - penalty(time / timeline.duration)
            if best is None or score > best[0]:
                best = (score, picture)
    if best is None:
        raise ValueError("a film without a picture")
    write_posters(best[1], sphere, out)
    write_preview(thumbs, times, timeline.duration, out)


def sample_times(duration: float) -> list[float]:
    """Middles of equal parts of the film, at least a second each, at most `MAX_THUMBS`."""
    count = max(1, min(MAX_THUMBS, int(duration)))
    return [(number + 0.5) * duration / count for number in range(count)]


def pictures_at(film: Source, times: list[float]) -> Iterator[VideoFrame]:
    """Key frames near the times where there are enough of them, else the exact pictures, decoded in one go."""
    timeline = film.timeline
    if len(timeline.keys) >= len(times) and not timeline.sequential:
        for time in times:
            yield film.nearest_key(time)
        return
    wanted = [min(int(time * float(timeline.fps)), timeline.frames - 1) for time in times]
    following = iter(wanted)
    number = next(following)
    for index, frame in enumerate(film.pictures(0, wanted[-1] + 1)):
        while index == number:
            yield frame
            number = next(following, -1)


def upright(frame: VideoFrame, rotation: int) -> Picture:
    scale = min(1.0, 2 * POSTER_WIDTH / max(frame.width, frame.height))
    size = max(2, round(frame.width * scale)), max(2, round(frame.height * scale))
    picture = frame.reformat(size[0], size[1], "rgb24").to_ndarray()
    return np.ascontiguousarray(np.rot90(picture, TURNS.get(rotation, 0)))


def number_of(frame: VideoFrame, timeline: Timeline, time: float) -> int:
    """Which picture of the constant rate a frame is: by its own time where it has one, else by the time asked for."""
    if frame.pts is not None and not timeline.sequential:
        time = float((frame.pts - int(timeline.pts[0])) * timeline.time_base)
    return max(0, round(time * float(timeline.fps)))


def steady(picture: Picture, rotation: Matrix) -> Picture:
    return np.stack([turned(np.ascontiguousarray(picture[..., part]), rotation) for part in range(3)], axis=-1)


def one_eye(picture: Picture, stereo: str) -> Picture:
    height, width = picture.shape[:2]
    if stereo == "top-bottom":
        return picture[: height // 2]
    return picture[:, : width // 2] if stereo == "left-right" else picture


def forward_view(picture: Picture, size: tuple[int, int]) -> Image.Image:
    """Rectilinear view of an equirectangular picture, straight ahead (its middle), nearest sample of twice the size
    brought down, which is smooth enough for a still."""
    width, height = size[0] * 2, size[1] * 2
    focal = width / 2 / math.tan(FIELD_OF_VIEW / 2)
    x = np.arange(width) - width / 2 + 0.5
    y = np.arange(height) - height / 2 + 0.5
    right, down = np.meshgrid(x / focal, y / focal)
    longitude = np.arctan(right)
    latitude = np.arctan2(down, np.sqrt(1 + right * right))
    rows, columns = picture.shape[:2]
    column = ((longitude / (2 * math.pi) + 0.5) * columns).astype(int) % columns
    row = np.clip(((latitude / math.pi + 0.5) * rows).astype(int), 0, rows - 1)
    return Image.fromarray(picture[row, column]).resize(size, Image.Resampling.LANCZOS)


def fitted(picture: Picture, size: tuple[int, int]) -> Image.Image:
    """The whole picture inside `size`, with black beside it where the shape differs."""
    image = Image.fromarray(picture)
    image.thumbnail(size, Image.Resampling.LANCZOS)
    canvas = Image.new("RGB", size)
    canvas.paste(image, ((size[0] - image.width) // 2, (size[1] - image.height) // 2))
    return canvas


def worth_looking_at(view: Image.Image) -> float:
    """Contrast of a view, less where it is very dark or very bright."""
    luma = np.asarray(view.convert("L"), np.float32)
    middle = abs(float(luma.mean()) - 118) / 118
    return float(luma.std()) * (1.0 - 0.6 * middle)


def penalty(part: float) -> float:
    return 0.0 if POSTER_RANGE[0] <= part <= POSTER_RANGE[1] else 20.0


def write_posters(picture: Picture, sphere: bool, out: Path) -> None:
    poster = Image.fromarray(picture)
    poster.thumbnail((POSTER_WIDTH, POSTER_WIDTH), Image.Resampling.LANCZOS)
    save(poster, out / "poster.jpg")
    save(forward_view(picture, VIEW_SIZE) if sphere else poster, out / "poster-flat.jpg")


def write_preview(thumbs: list[Image.Image], times: list[float], duration: float, out: Path) -> None:
    rows = -(-len(thumbs) // THUMB_COLUMNS)
    columns = min(len(thumbs), THUMB_COLUMNS)
    sprite = Image.new("RGB", (columns * THUMB_SIZE[0], rows * THUMB_SIZE[1]))
    cues = ["WEBVTT", ""]
    step = duration / len(thumbs)
    for number, thumb in enumerate(thumbs):
        left, top = number % THUMB_COLUMNS * THUMB_SIZE[0], number // THUMB_COLUMNS * THUMB_SIZE[1]
        sprite.paste(thumb, (left, top))
        cues += [
            f"{clock(number * step)} --> {clock((number + 1) * step)}",
            f"preview.jpg#xywh={left},{top},{THUMB_SIZE[0]},{THUMB_SIZE[1]}",
            "",
        ]
    save(sprite, out / "preview.jpg")
    (out / "preview.vtt").write_text("\n".join(cues), encoding="utf-8")


def save(image: Image.Image, path: Path) -> None:
    image.save(path, "JPEG", quality=JPEG_QUALITY, optimize=True, progressive=True)


def clock(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    return (
        f"{milliseconds // 3_600_000:02d}:{milliseconds // 60_000 % 60:02d}:"
        f"{milliseconds // 1000 % 60:02d}.{milliseconds % 1000:03d}"
    )

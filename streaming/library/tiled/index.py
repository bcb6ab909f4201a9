"""index.json of a tiled title: everything a client plans with, in one compact document. Keys: docs/tiles.md."""

import base64
import json
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from streaming.library.packaging.names import INIT_NAME
from streaming.library.packaging.samples import hevc_codecs
from streaming.library.quality import psnr
from streaming.library.tiled.grid import Grid
from streaming.library.tiled.packed import Packing
from streaming.library.tiled.segment import LOW_DIRECTORY, quality_directory, unpack_sizes
from streaming.library.tiled.strips import FILE_NAME, Strips
from streaming.library.transcode.segment import timescale_for

VERSION = 4
SEGMENT_KEYS = ("header", "sizes", "psnr", "continued_header", "continued", "continued_psnr", "low")
INDEX_NAME, MANIFEST_NAME = "index.json", "manifest.mpd"
MEDIA_NAME = "seg-%05d.m4s"
FOLDER = "tiled"


@dataclass(frozen=True)
class SegmentFacts:
    """`details` as `segment.write_segment` gave them."""

    start: int
    frames: int
    details: dict[str, Any]


@dataclass(frozen=True)
class Sound:
    """An ordinary sound of the film. `ticks`: durations of its segments."""

    name: str
    codec: str
    codecs: str
    timescale: int
    ticks: list[int]


@dataclass(frozen=True)
class Title:
    """What the index says. `record` and `low_record`: payloads of the hvcC boxes."""

    grid: Grid
    low: Grid
    fps: Fraction
    segment_seconds: float
    group: int
    projection: str
    stereo: str
    crfs: list[float]
    record: bytes
    low_record: bytes
    segments: list[SegmentFacts]
    sounds: list[Sound]
    packing: Packing | None = None
    strips: Strips | None = None

    @property
    def frames(self) -> int:
        return sum(segment.frames for segment in self.segments)


def make_index(title: Title) -> dict[str, Any]:
    timescale, ticks = timescale_for(title.fps)
    return {
        "version": VERSION,
        "width": title.grid.width,
        "height": title.grid.height,
        "projection": title.projection,
        "stereo": title.stereo,
        "fps": [title.fps.numerator, title.fps.denominator],
        "timescale": timescale,
        "ticks": ticks,
        "frames": title.frames,
        "duration": round(float(title.frames / title.fps), 6),
        "segment_s": title.segment_seconds,
        "group": title.group,
        "order": {str(segment.frames): segment.details["order"] for segment in title.segments},
        **_decoder(title.record),
        "grid": title.grid.as_json(),
        "qualities": [_quality(title, place) for place in range(len(title.crfs))],
        "low": {
            "directory": LOW_DIRECTORY,
            "init": f"{LOW_DIRECTORY}/{INIT_NAME}",
            **_decoder(title.low_record),
            "width": title.low.width,
            "height": title.low.height,
            "grid": title.low.as_json(),
            "kbps": _kbps(title, sum(segment.details["low"] for segment in title.segments)),
            **_errors(title, len(title.crfs), title.low),
        },
        "pack": _pack(title),
        "audio": [_sound(sound) for sound in title.sounds],
        "segments": [
            {
                "frame": segment.start,
                "frames": segment.frames,
                **{key: segment.details[key] for key in SEGMENT_KEYS},
            }
            for segment in title.segments
        ],
    }


def index_bytes(index: dict[str, Any]) -> bytes:
    return json.dumps(index, separators=(",", ":")).encode()


def _decoder(record: bytes) -> dict[str, str]:
    return {"codec": hevc_codecs(record[1:13]), "hvcc": base64.b64encode(record).decode()}


def _quality(title: Title, place: int) -> dict[str, Any]:
    entered = [segment.details["sizes"] for segment in title.segments]
    # Played on without a break: entered where nothing continues.
    played = [segment.details["continued"] or segment.details["sizes"] for segment in title.segments]
    return {
        "id": quality_directory(place),
        "directory": quality_directory(place),
        "continued": quality_directory(place, continued=True) if title.group > 1 else None,
        "crf": title.crfs[place],
        "kbps": _kbps(title, _whole_sphere(title, place, entered)),
        "continued_kbps": _kbps(title, _whole_sphere(title, place, played)),
        **_errors(title, place, title.grid),
    }


def _whole_sphere(title: Title, place: int, sizes: list[str]) -> int:
    """Bytes of all tiles of one quality in all segments."""
    tiles = title.grid.tiles
    return sum(sum(unpack_sizes(packed)[place * tiles : (place + 1) * tiles]) for packed in sizes)


def _kbps(title: Title, size: int) -> float:
    return round(size * 8 * float(title.fps) / title.frames / 1000, 1)


def _errors(title: Title, place: int, grid: Grid) -> dict[str, float]:
    samples = title.frames * grid.width * grid.height
    plain, weighted = (sum(segment.details["errors"][place][i] for segment in title.segments) for i in (0, 1))
    return {"psnr": round(psnr(plain, samples), 3), "ws_psnr": round(psnr(weighted, samples), 3)}


def _pack(title: Title) -> dict[str, Any] | None:
    if title.packing is None or title.strips is None:
        return None
    return {
        **title.packing.as_json(),
        "map": {
            "row": title.packing.map_row,
            "bits": title.packing.bits,
            "file": FILE_NAME,
            "hvcc": base64.b64encode(title.strips.record).decode(),
            "trailing": {str(length): offset for length, offset in title.strips.trailing.items()},
        },
    }


def _sound(sound: Sound) -> dict[str, Any]:
    return {
        "codec": sound.codec,
        "codecs": sound.codecs,
        "init": f"../{sound.name}/{INIT_NAME}",
        "media": f"../{sound.name}/{MEDIA_NAME}",
        "timescale": sound.timescale,
        "ticks": sound.ticks,
    }

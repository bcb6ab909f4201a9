"""One segment in tiles, all qualities in one pass of our encoder, and the low layer beside it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter

from streaming.library.packaging.samples import SampleEntry
from streaming.library.tiled.boxes import TileUnit, merged_entry
from streaming.library.tiled.grid import Grid

PRESET = "superfast"
# CRF of the best quality, what each quality adds to it, and CRF of the small whole sphere. Why: docs/tiles.md.
CRF, OFFSETS, LOW_CRF = 26.0, (0.0, 4.0, 8.0, 14.0), 32.0


@dataclass(frozen=True)
class TiledSettings:
    """Of one tiled title. `crf`: of the best quality; `offsets`: what is added for each quality, from 0 up, so the
    best comes first; `gop`: pictures of a whole segment; `color`: as in `encoders.base.VideoSettings`."""

    grid: Grid
    low: Grid
    fps: Fraction
    gop: int
    crf: float
    offsets: tuple[float, ...]
    low_crf: float
    color: tuple[int, int, int] = (2, 2, 2)
    projection: str = "equirectangular"
    stereo: str = "mono"
    threads: int = 1


@dataclass
class Stream:
    """Coded pictures of one quality in decoding order, with its squared luma errors (plain, weighted by latitude)."""

    units: list[TileUnit] = field(default_factory=list)
    sse: float = 0.0
    wsse: float = 0.0


class TiledEncoder:
    """Encoder of one segment of one picture size in one or several qualities. Closes with `close`."""

    def __init__(self, settings: TiledSettings, grid: Grid, crf: float, offsets: Sequence[float] = (0.0,)) -> None:
        from codec_native import Encoder, Quality

        self.streams = [Stream() for _ in offsets]
        self._given = 0
        self._encoder = Encoder(
            grid.width,
            grid.height,
            settings.fps,
            preset=PRESET,
            crf=crf,
            qualities=[Quality(offset) for offset in offsets],
            tiles=grid.in_blocks,
            mcts=True,
            keyint=settings.gop,
            threads=settings.threads,
            projection="erp" if settings.projection == "equirectangular" else "flat",
            stereo="top-bottom" if settings.stereo == "top-bottom" else "mono",
            colour_primaries=settings.color[0],
            transfer=settings.color[1],
            matrix=settings.color[2],
        )

    @property
    def entry(self) -> SampleEntry:
        """For the merged stream; the same for every quality and every segment of these settings."""
        return merged_entry(self._encoder.headers)

    def encode(self, picture: Any, *, force_key: bool = False) -> None:
        """`picture`: yuv420p frame of PyAV's or an I420 array, of the grid's size."""
        self._take(self._encoder.encode(picture, pts=self._given, force_keyframe=force_key))
        self._given += 1

    def flush(self) -> list[Stream]:
        self._take(self._encoder.flush())
        return self.streams

    def close(self) -> None:
        self._encoder.close()

    def _take(self, packets: Any) -> None:
        for packet in packets:
            stream = self.streams[packet.quality]
            stream.units.append(TileUnit(tuple(slices(packet)), packet.pts, packet.keyframe))
            stream.sse += float(packet.sse[0])
            stream.wsse += float(packet.ws_sse)


def slices(packet: Any) -> Iterator[bytes]:
    """The NAL unit of each tile, without start code."""
    for offset, size in packet.tile_ranges:
        start = 4 if packet.data[offset + 2] == 0 else 3
        yield packet.data[offset + start : offset + size]


class Shrinker:
    """Pictures of the source's size -> the low layer's."""

    def __init__(self, low: Grid) -> None:
        self._low, self._reformatter = low, VideoReformatter()

    def shrink(self, picture: VideoFrame) -> VideoFrame:
        return self._reformatter.reformat(picture, self._low.width, self._low.height, "yuv420p", interpolation="AREA")

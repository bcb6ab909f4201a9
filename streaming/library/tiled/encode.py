"""A group of segments in tiles, all qualities in one pass of our encoder, and the low layer beside it.

Each quality has two streams. Whoever enters a tile takes the *entry* stream, which begins each segment with an I
picture; whoever already shows the tile takes the *continued* one, whose segments look back to the one before, and
which costs a fraction.
"""

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
CRF, OFFSETS, LOW_CRF = 20.0, (0.0, 5.0, 10.0, 20.0), 32.0
# Seconds of a group: the longest that a tile goes on without an I picture. Why: docs/tiles.md.
GROUP_SECONDS = 16
# What the client takes for one group.
GROUP_MOST = 60
# Segments of so many pictures or fewer do not continue, nor those of twice as many. A continued segment's first picture
# has number 0 in the next round, which a decoder knows by the pictures before it being numbered in the upper half of
# what the bits say: four bits, or as many as the segment needs (H.265 8.3.1).
TOO_SHORT_TO_CONTINUE = 8


@dataclass(frozen=True)
class TiledSettings:
    """Of one tiled title. `crf`: of the best quality; `offsets`: what is added for each quality, from 0 up, so the
    best comes first; `gop`: pictures of a whole segment (only the film's last has fewer); `group`: segments of a group,
    1 where nothing continues; `color`: as in `encoders.base.VideoSettings`."""

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
    group: int = 1


def group_for(gop: int, fps: Fraction) -> int:
    """Segments of a group, for segments of `gop` pictures."""
    if gop <= TOO_SHORT_TO_CONTINUE or gop == 2 * TOO_SHORT_TO_CONTINUE:
        return 1
    return min(GROUP_MOST, max(1, round(GROUP_SECONDS * fps / gop)))


@dataclass
class Stream:
    """Coded pictures of one quality and segment in decoding order, with squared luma errors: `of_tiles`, each tile's,
    and `wsse`, the picture's weighted by latitude."""

    units: list[TileUnit] = field(default_factory=list)
    of_tiles: list[int] = field(default_factory=list)
    wsse: float = 0.0

    @property
    def sse(self) -> int:
        return sum(self.of_tiles)


@dataclass
class CodedSegment:
    """One segment: the entry stream of each quality, and the continued ones (none in a group's first segment)."""

    entry: list[Stream]
    continued: list[Stream]

    def stream(self, number: int) -> Stream | None:
        """Of the encoder's quality `number`: first all entry streams, then all continued ones."""
        if number < len(self.entry):
            return self.entry[number]
        return self.continued[number - len(self.entry)] if self.continued else None


class TiledEncoder:
    """Encoder of one group of segments of one picture size in one or several qualities. With `continues` there are also
    the continued streams, if the settings' groups are longer than a segment. Closes with `close`."""

    def __init__(
        self,
        settings: TiledSettings,
        grid: Grid,
        crf: float,
        offsets: Sequence[float] = (0.0,),
        *,
        continues: bool = False,
    ) -> None:
        from codec_native import Encoder, Quality

        self._qualities, self._continues = len(offsets), continues and settings.group > 1
        self._gop, self._given = settings.gop, 0
        self._segments: list[CodedSegment] = []
        kinds = (False, True) if self._continues else (False,)
        self._encoder = Encoder(
            grid.width,
            grid.height,
            settings.fps,
            preset=PRESET,
            crf=crf,
            qualities=[Quality(offset, continues=continued) for continued in kinds for offset in offsets],
            tiles=grid.in_blocks,
            mcts=True,
            keyint=settings.gop,
            # also where nothing continues: all streams of a title number their pictures with as many bits
            key_group=settings.group,
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

    def flush(self) -> list[CodedSegment]:
        """The segments of the group."""
        self._take(self._encoder.flush())
        return self._segments

    def close(self) -> None:
        self._encoder.close()

    def _take(self, packets: Any) -> None:
        for packet in packets:
            place, index = divmod(packet.pts, self._gop)
            if place == len(self._segments):
                self._segments.append(self._empty(continued=self._continues and place > 0))
            stream = self._segments[place].stream(packet.quality)
            if stream is None:
                continue
            stream.units.append(TileUnit(tuple(slices(packet)), index, packet.keyframe))
            errors = packet.tile_sse
            stream.of_tiles = [a + b for a, b in zip(stream.of_tiles or [0] * len(errors), errors, strict=True)]
            stream.wsse += float(packet.ws_sse)

    def _empty(self, *, continued: bool) -> CodedSegment:
        entry, following = ([Stream() for _ in range(self._qualities)] for _ in range(2))
        return CodedSegment(entry, following if continued else [])


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

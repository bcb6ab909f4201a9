"""Reading a tiled title as a client does: byte ranges from the index, samples of the fragments, one stream out of it.

Files come through a function from a path below the title's folder to bytes, so that stored titles, folders and tests
are read alike. What is read is not trusted: `TiledError` says which file and tile is wrong.
"""

import base64
import json
import struct
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

from codec_native import BitstreamError, Place, Stream, merge, pack
from streaming.library.packaging.names import segment_name
from streaming.library.tiled.grid import Grid
from streaming.library.tiled.index import INDEX_NAME, VERSION
from streaming.library.tiled.packed import Packing, strip_numbers
from streaming.library.tiled.segment import unpack_psnr, unpack_sizes

START = b"\x00\x00\x00\x01"
DELIMITER = START + bytes([35 << 1, 1, 0x50])
ARRAYS_AT = 22
# sample_is_non_sync_sample
NON_SYNC = 0x10000

Read = Callable[[str], bytes]


class TiledError(Exception):
    """A title that is not what its index says. The text names file and tile."""


@dataclass(frozen=True, order=True)
class Pick:
    """What a tile is taken from: a quality's entry stream, or its continued one."""

    quality: int
    continued: bool = False


class TiledTitle:
    """An opened title. `read(path)` gives a file's bytes and raises FileNotFoundError."""

    def __init__(self, read: Read) -> None:
        self.read = read
        self.index: dict[str, Any] = json.loads(read(INDEX_NAME))
        if self.index.get("version") != VERSION:
            raise TiledError(f"{INDEX_NAME} has version {self.index.get('version')}, not {VERSION}")
        self.grid = Grid.from_json(self.index["grid"])
        self.low = Grid.from_json(self.index["low"]["grid"])

    @classmethod
    def in_folder(cls, folder: Path) -> "TiledTitle":
        return cls(lambda path: (folder / path).read_bytes())

    @property
    def packing(self) -> Packing | None:
        stored = self.index["pack"]
        if stored is None:
            return None
        return Packing(
            columns=tuple(stored["columns"]),
            rows=tuple(stored["rows"]),
            high=tuple((column, row) for column, row in stored["high"]),
            low=tuple((column, row, tuple(tiles)) for column, row, tiles in stored["low"]),
            bits=stored["map"]["bits"],
        )

    @property
    def group(self) -> int:
        """Segments from one in which all tiles are entered to the next. 1: nothing continues."""
        return int(self.index["group"])

    @property
    def picks(self) -> set[Pick]:
        """All streams of a tile."""
        kinds = (False, True) if self.group > 1 else (False,)
        return {Pick(quality, kind) for quality in range(len(self.index["qualities"])) for kind in kinds}

    def continues(self, segment: int) -> bool:
        """Whether tiles can go on into this segment. Raises `TiledError` where the index does not keep its groups."""
        stored = self.index["segments"][segment]["continued"] is not None
        if stored != bool(segment % self.group):
            raise TiledError(f"segment {segment} is at the wrong place of its group of {self.group} in {INDEX_NAME}")
        return stored

    def sizes(self, quality: int, segment: int, *, continued: bool = False) -> list[int]:
        """Bytes of each tile of one quality, as it is entered or continued."""
        sizes = unpack_sizes(self.index["segments"][segment]["continued" if continued else "sizes"])
        return sizes[self._of_quality(quality, len(sizes), f"sizes of segment {segment}")]

    def psnr(self, quality: int, segment: int, *, continued: bool = False) -> list[float]:
        """Decibels of each tile of one quality, as it is entered; or continued, after what it was coded after."""
        decibels = unpack_psnr(self.index["segments"][segment]["continued_psnr" if continued else "psnr"])
        return decibels[self._of_quality(quality, len(decibels), f"errors of segment {segment}")]

    def _of_quality(self, quality: int, listed: int, what: str) -> slice:
        """Where its tiles are in a list of all, quality by quality. Raises `TiledError` if that has another length."""
        tiles, qualities = self.grid.tiles, len(self.index["qualities"])
        if listed != tiles * qualities:
            raise TiledError(f"{INDEX_NAME} has {what} for {listed} tiles instead of {tiles * qualities}")
        return slice(quality * tiles, (quality + 1) * tiles)

    def tile_range(self, quality: int, segment: int, tile: int, *, continued: bool = False) -> tuple[int, int]:
        """(offset, size) of a tile in its quality's file."""
        sizes = self.sizes(quality, segment, continued=continued)
        return self.header(segment, continued=continued) + sum(sizes[:tile]), sizes[tile]

    def header(self, segment: int, *, continued: bool = False) -> int:
        """Bytes before the first tile."""
        return int(self.index["segments"][segment]["continued_header" if continued else "header"])

    def path(self, quality: int, segment: int, *, continued: bool = False) -> str:
        directory = self.index["qualities"][quality]["continued" if continued else "directory"]
        return f"{directory}/{segment_name(segment)}"

    def tiles(self, quality: int, segment: int, *, continued: bool = False) -> list[list[bytes]]:
        """NAL units of each tile, in decoding order. Raises `TiledError` where file and index differ."""
        path, facts = self.path(quality, segment, continued=continued), self.index["segments"][segment]
        data, sizes = self.read(path), self.sizes(quality, segment, continued=continued)
        at = self.header(segment, continued=continued)
        if len(data) != at + sum(sizes):
            raise TiledError(f"{path} has {len(data)} bytes, {INDEX_NAME} says {at + sum(sizes)}")
        order = self.index["order"][str(facts["frames"])]
        offsets = [(index - place) * self.index["ticks"] for place, index in enumerate(order)]
        found, runs = [], self._runs(path, data, at) if continued else []
        for tile, size in enumerate(sizes):
            part, at = data[at : at + size], at + size
            try:
                run, samples = (runs[tile + 1], list(samples_of(part))) if continued else only_fragment(part)
                tile_units = [only_unit(sample) for sample in samples]
            except (ValueError, IndexError, struct.error) as error:
                raise TiledError(f"{path}, tile {tile}: {error}") from error
            stated = (run.track, run.time, run.sizes, run.offsets)
            if stated != (tile + 1, facts["frame"] * self.index["ticks"], [len(sample) for sample in samples], offsets):
                raise TiledError(
                    f"{path}, tile {tile}: track {run.track} with {len(run.sizes)} pictures from {run.time}"
                )
            if run.key == continued or is_entry(tile_units[0]) == continued:
                raise TiledError(f"{path}, tile {tile}: {'no' if continued else 'a'} random-access picture is expected")
            found.append(tile_units)
        return found

    def _runs(self, path: str, data: bytes, first: int) -> list["Run"]:
        """What the one fragment of a continued file says of its tracks: the base track, then the tiles."""
        try:
            _, (_, moof), (_, mdat) = boxes(data)
            runs = fragment_runs(moof)
            begins = len(data) - len(mdat) + sum(runs[0].sizes)
        except (ValueError, LookupError, struct.error) as error:
            raise TiledError(f"{path}: {error}") from error
        if begins != first or len(runs) != self.grid.tiles + 1:
            raise TiledError(f"{path} has {len(runs)} tracks, and tile 0 at {begins} instead of {first}")
        return runs

    def low_pictures(self, segment: int) -> list[bytes]:
        """Access units of the low layer, length-prefixed."""
        path = f"{self.index['low']['directory']}/{segment_name(segment)}"
        data, facts = self.read(path), self.index["segments"][segment]
        if len(data) != facts["low"]:
            raise TiledError(f"{path} has {len(data)} bytes, {INDEX_NAME} says {facts['low']}")
        try:
            head = int.from_bytes(data[:4], "big")
            _, samples = only_fragment(data[head:])
        except (ValueError, struct.error) as error:
            raise TiledError(f"{path}: {error}") from error
        if len(samples) != facts["frames"]:
            raise TiledError(f"{path} has {len(samples)} pictures instead of {facts['frames']}")
        return samples

    def annexb(self, quality: int, segment: int, *, continued: bool = False) -> bytes:
        """One segment of one quality with delimiters, as `codec_native.merge` takes it: a whole stream if it is
        entered, without parameter sets if it continues one."""
        tiles = self.tiles(quality, segment, continued=continued)
        return with_headers([] if continued else record_units(self.index["hvcc"]), zip(*tiles, strict=True))

    def low_annexb(self, segment: int) -> bytes:
        pictures = (list(units(sample)) for sample in self.low_pictures(segment))
        return with_headers(record_units(self.index["low"]["hvcc"]), pictures)

    def run(self, segments: range, pick: Pick) -> bytes:
        """Segments of one stream one after another, the first of them entered: one whole stream. A continued stream
        begins each group with the best quality's entry segment, which is not stored twice."""
        return b"".join(
            self.annexb(pick.quality, segment, continued=True)
            if pick.continued and segment != segments[0] and self.continues(segment)
            else self.annexb(0 if pick.continued else pick.quality, segment)
            for segment in segments
        )

    def merged(self, segment: int, choice: Sequence[int]) -> bytes:
        """Annex B of a segment with one quality for each tile, all of them entered. Raises `TiledError`."""
        return self.played(range(segment, segment + 1), [[Pick(quality) for quality in choice]])

    def played(self, segments: range, choices: Sequence[Sequence[Pick]]) -> bytes:
        """Annex B of segments one after another, with a pick for each tile of each; in the first all tiles are entered.
        Raises `TiledError`."""
        used = sorted({pick for choice in choices for pick in choice})
        ends = list(accumulate(self.index["segments"][segment]["frames"] for segment in segments))
        numbers = [[used.index(pick) for pick in choice] for choice in choices]
        streams = [Stream(self.run(segments, pick)) for pick in used]
        try:
            return b"".join(merge(streams, lambda picture: numbers[bisect_right(ends, picture)]))
        except BitstreamError as error:
            raise TiledError(f"segments {segments[0]} to {segments[-1]} do not merge: {error}") from error

    def packed(self, segment: int, chosen: Sequence[int], quality: int = 0) -> bytes:
        """Annex B of a segment in the packed layout, with the `chosen` tiles large. Raises `TiledError`."""
        packing = self.packing
        if packing is None or len(chosen) != len(packing.high):
            raise TiledError("this title has no packed layout for so many tiles")
        numbers = strip_numbers(packing, chosen, self.grid.tiles)
        streams = [Stream(self.annexb(quality, segment)), Stream(self.low_annexb(segment))]
        streams += [Stream(self.strip(segment, number)) for number in numbers]
        places = [Place(0, tile, *cell) for tile, cell in zip(sorted(chosen), packing.high, strict=True)]
        places += [Place(1, tile, column, row) for column, row, tiles in packing.low for tile in tiles]
        places += [Place(2 + column, 0, column, packing.map_row) for column in range(len(numbers))]
        try:
            return b"".join(pack(streams, packing.columns, packing.rows, places))
        except BitstreamError as error:
            raise TiledError(f"segment {segment} does not pack: {error}") from error

    def strip(self, segment: int, number: int) -> bytes:
        """Annex B of one variant of the map strip over one segment."""
        stored, frames = self.index["pack"]["map"], self.index["segments"][segment]["frames"]
        data = self.read(stored["file"])
        variant = next(unit for place, unit in enumerate(units(data)) if place == number)
        following = units(data[stored["trailing"][str(frames)] :])
        pictures = [[variant], *([next(following)] for _ in range(frames - 1))]
        return with_headers(record_units(stored["hvcc"]), pictures)


@dataclass(frozen=True)
class Run:
    """What a `traf` says: track_ID, decode time, whether the first sample is a sync sample, and the samples' sizes and
    composition offsets."""

    track: int
    time: int
    key: bool
    sizes: list[int]
    offsets: list[int]


def fragment_runs(moof: bytes) -> list[Run]:
    """Of each track in a movie fragment (payload of `moof`). Raises ValueError, KeyError, struct.error."""
    return [read_run(dict(boxes(payload))) for kind, payload in boxes(moof) if kind == b"traf"]


def read_run(parts: dict[bytes, bytes]) -> Run:
    """`parts`: the boxes of a `traf` (ISO/IEC 14496-12 8.8.7, 8.8.8, 8.8.12)."""
    track = struct.unpack(">I", parts[b"tfhd"][4:8])[0]
    time = struct.unpack(">Q", parts[b"tfdt"][4:12])[0]
    run = parts[b"trun"]
    flags, count = struct.unpack(">II", run[:8])
    at = 8 + 4 * bool(flags & 0x1) + 4 * bool(flags & 0x4)
    # duration, size, flags, composition offset
    fields = [bool(flags & flag) for flag in (0x100, 0x200, 0x400, 0x800)]
    step = 4 * sum(fields)
    if not (fields[1] and fields[3]) or len(run) != at + step * count:
        raise ValueError("the run is not as long as it says")
    if not flags & 0x404:
        raise ValueError("the run does not say what its first sample is")
    first = at - 4 if flags & 0x4 else at + 4 * sum(fields[:2])
    key = not struct.unpack(">I", run[first : first + 4])[0] & NON_SYNC
    rows = [run[at + i * step :][:step] for i in range(count)]
    sizes = [struct.unpack(">I", row[4 * fields[0] :][:4])[0] for row in rows]
    offsets = [struct.unpack(">i", row[-4:])[0] for row in rows]
    return Run(track, time, key, sizes, offsets)


def only_fragment(data: bytes) -> tuple[Run, list[bytes]]:
    """One track's run and its samples, of one moof and mdat. Raises ValueError, KeyError, struct.error."""
    (moof, mdat) = boxes(data)
    if (moof[0], mdat[0]) != (b"moof", b"mdat"):
        raise ValueError("this is not one moof and one mdat")
    (run,) = fragment_runs(moof[1])
    if sum(run.sizes) != len(mdat[1]):
        raise ValueError(f"samples of {sum(run.sizes)} bytes in an mdat of {len(mdat[1])}")
    ends = list(accumulate(run.sizes))
    return run, [mdat[1][end - size : end] for size, end in zip(run.sizes, ends, strict=True)]


def boxes(data: bytes) -> list[tuple[bytes, bytes]]:
    """(type, payload) of the boxes that fill `data` exactly. Raises ValueError."""
    found, at = [], 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        if size < 8 or at + size > len(data):
            raise ValueError(f"a box of {size} bytes where {len(data) - at} are left")
        found.append((data[at + 4 : at + 8], data[at + 8 : at + size]))
        at += size
    return found


def units(data: bytes) -> Iterator[bytes]:
    """NAL units with four bytes of length in front. Raises ValueError where they are cut off."""
    at = 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        if size < 2 or at + 4 + size > len(data):
            raise ValueError(f"a NAL unit of {size} bytes where {len(data) - at - 4} are left")
        yield data[at + 4 : at + 4 + size]
        at += 4 + size


def samples_of(data: bytes) -> Iterator[bytes]:
    """Samples of one NAL unit each. Raises ValueError where they are cut off."""
    return (len(unit).to_bytes(4, "big") + unit for unit in units(data))


def is_entry(unit: bytes) -> bool:
    """Whether a slice belongs to a random-access picture (nal_unit_type 16..23, H.265 Table 7-1)."""
    return 16 <= unit[0] >> 1 & 63 <= 23


def only_unit(sample: bytes) -> bytes:
    (unit,) = units(sample)
    return unit


def record_units(record: str) -> list[bytes]:
    """Parameter sets and SEI of a base64 hvcC payload."""
    data = base64.b64decode(record)
    found, at = [], ARRAYS_AT + 1
    for _ in range(data[ARRAYS_AT]):
        count = int.from_bytes(data[at + 1 : at + 3], "big")
        at += 3
        for _ in range(count):
            size = int.from_bytes(data[at : at + 2], "big")
            found.append(data[at + 2 : at + 2 + size])
            at += 2 + size
    return found


def with_headers(headers: Sequence[bytes], pictures: Iterator[Sequence[bytes]] | Any) -> bytes:
    """Annex B with a delimiter before every picture and the headers before the first."""
    out = bytearray()
    for place, picture in enumerate(pictures):
        out += DELIMITER
        for unit in [*(headers if place == 0 else ()), *picture]:
            out += START + unit
    return bytes(out)

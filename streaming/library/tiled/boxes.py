"""Tile tracks as boxes: one header over all tracks, and segment files in which each tile is one contiguous range.

ISO/IEC 14496-15 clause 10: a tile track (`hvt1`) refers to its tile base track (`tbas`), whose samples hold what is not
a slice and which names its tiles (`sabt`). Track t + 1 is tile t; the base track comes last.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from streaming.library.packaging.fmp4 import (
    DELTA_FLAGS,
    KEY_FLAGS,
    SEGMENT_TYPE,
    VIDEO_MEDIA,
    box,
    full_box,
    movie,
    track,
    video_entry,
)
from streaming.library.packaging.samples import HEVC_SEI_PREFIX, SampleEntry, hevc_entry, nal_units
from streaming.library.tiled.grid import Grid

# Access unit delimiter (H.265 7.3.2.5) for any kind of slice.
DELIMITER = bytes([35 << 1, 1, 0x50])


@dataclass(frozen=True)
class TileUnit:
    """One coded picture: the slice of each tile in raster order. `index`: its place in display order in the segment."""

    slices: tuple[bytes, ...]
    index: int
    key: bool


def merged_entry(headers: bytes) -> SampleEntry:
    """hvc1 for the merged stream: parameter sets, and the SEI that belong to every random-access picture."""
    entry = hevc_entry(headers)
    messages = [unit for unit in nal_units(headers) if unit[0] >> 1 & 63 == HEVC_SEI_PREFIX]
    if not messages:
        return entry
    arrays_at = 22
    record = bytearray(entry.record)
    record[arrays_at] += 1
    record += bytes([0x80 | HEVC_SEI_PREFIX]) + struct.pack(">H", len(messages))
    record += b"".join(struct.pack(">H", len(unit)) + unit for unit in messages)
    return SampleEntry(entry.type, entry.box, bytes(record), entry.codecs)


def tile_codecs(codecs: str) -> str:
    """RFC 6381 string of a tile track."""
    return codecs.replace("hvc1", "hvt1", 1)


def tracks_header(entry: SampleEntry, grid: Grid, timescale: int, *, projection: str, stereo: str) -> bytes:
    """ftyp and moov of all tile tracks and the base track."""
    base_id = grid.tiles + 1
    tracks = {}
    for tile in range(grid.tiles):
        _, _, width, height = grid.rectangle(tile)
        references = box(b"tref", box(b"tbas", struct.pack(">I", base_id)))
        sample_entry = video_entry(SampleEntry(b"hvt1", b"", b"", tile_codecs(entry.codecs)), width, height)
        tracks[tile + 1] = track(
            tile + 1, sample_entry, VIDEO_MEDIA, b"vide", timescale, (width, height), references=references
        )
    base = SampleEntry(b"hvc2", entry.box, entry.record, entry.codecs)
    references = box(b"tref", box(b"sabt", *(struct.pack(">I", tile + 1) for tile in range(grid.tiles))))
    tracks[base_id] = track(
        base_id,
        video_entry(base, grid.width, grid.height, projection=projection, stereo=stereo),
        VIDEO_MEDIA,
        b"vide",
        timescale,
        (grid.width, grid.height),
        references=references,
    )
    return movie(timescale, tracks)


@dataclass(frozen=True)
class Run:
    """Samples of one track in decoding order, a NAL unit each, and their composition offsets."""

    track_id: int
    units: Sequence[bytes]
    offsets: Sequence[int]

    @property
    def samples(self) -> bytes:
        return b"".join(struct.pack(">I", len(unit)) + unit for unit in self.units)


def fragment(runs: Sequence[Run], *, sequence: int, time: int, ticks: int, key: bool) -> tuple[bytes, list[bytes]]:
    """moof over all runs with the header of its mdat, and what stands in that: the samples of each run. The first
    samples are random-access pictures if `key`; `time` and `ticks` (of one picture) in the tracks' time scale."""
    sequence_box = full_box(b"mfhd", 0, 0, struct.pack(">I", sequence))
    data = [run.samples for run in runs]

    def traf(run: Run, data_offset: int) -> bytes:
        # default-base-is-moof, with default duration and flags
        head = full_box(b"tfhd", 0, 0x020028, struct.pack(">III", run.track_id, ticks, DELTA_FLAGS))
        start = full_box(b"tfdt", 1, 0, struct.pack(">Q", time))
        rows = b"".join(
            struct.pack(">Ii", 4 + len(unit), offset) for unit, offset in zip(run.units, run.offsets, strict=True)
        )
        # data offset, first sample's flags, sizes, composition offsets
        first = struct.pack(">IiI", len(run.units), data_offset, KEY_FLAGS if key else DELTA_FLAGS)
        return box(b"traf", head, start, full_box(b"trun", 1, 0x000A05, first, rows))

    at = 8 + len(sequence_box) + sum(len(traf(run, 0)) for run in runs) + 8
    trafs = []
    for run, samples in zip(runs, data, strict=True):
        trafs.append(traf(run, at))
        at += len(samples)
    mdat = box(b"mdat", *data)[:8]
    return box(b"moof", sequence_box, *trafs) + mdat, data


def segment_file(units: Sequence[TileUnit], *, index: int, time: int, ticks: int) -> tuple[int, list[int], bytes]:
    """(bytes before tile 0, bytes of each tile, the file) of one segment of one quality.

    An entry segment has a fragment for each track, as CMAF wants it. A continued one is a single fragment of all
    tracks, so that a tile's range is nothing but its samples: where little changes, its boxes would be half of it.
    """
    key, tiles = units[0].key, len(units[0].slices)
    offsets = [(unit.index - place) * ticks for place, unit in enumerate(units)]
    runs = [
        Run(tiles + 1, [DELIMITER] * len(units), offsets),
        *(Run(tile + 1, [unit.slices[tile] for unit in units], offsets) for tile in range(tiles)),
    ]

    def of(some: Sequence[Run]) -> tuple[bytes, list[bytes]]:
        return fragment(some, sequence=index + 1, time=time, ticks=ticks, key=key)

    if key:
        base, *fragments = (head + samples for head, (samples,) in (of([run]) for run in runs))
        header = SEGMENT_TYPE + base
    else:
        head, (base, *fragments) = of(runs)
        header = SEGMENT_TYPE + head + base
    return len(header), [len(data) for data in fragments], b"".join([header, *fragments])


def configuration_record(init: bytes) -> bytes:
    """Payload of the one hvcC box in a header that we wrote."""
    at = init.index(b"hvcC")
    return init[at + 4 : at - 4 + int.from_bytes(init[at - 4 : at], "big")]

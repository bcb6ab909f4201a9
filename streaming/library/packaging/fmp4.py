"""Writing CMAF (ISO/IEC 23000-19): a header (ftyp, moov) and segments (styp, moof, mdat) of one track.

Segments carry their decode time (tfdt) and per-sample composition offsets (signed, trun version 1), so that no edit
list is needed: picture 0 is shown at time 0.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass

from streaming.library.packaging.samples import SampleEntry

MATRIX = struct.pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
# ISO/IEC 14496-12 8.8.3.1: sample_depends_on 2 (key) or 1; sample_is_non_sync_sample
KEY_FLAGS, DELTA_FLAGS = 0x02000000, 0x01010000
STEREO_MODES = {"mono": 0, "top-bottom": 1, "left-right": 2}


@dataclass(frozen=True)
class TrackSample:
    """`data` with its `duration` and composition `offset` in the track's time scale."""

    data: bytes
    duration: int
    offset: int
    key: bool


def box(kind: bytes, *payload: bytes) -> bytes:
    body = b"".join(payload)
    return struct.pack(">I", 8 + len(body)) + kind + body


def full_box(kind: bytes, version: int, flags: int, *payload: bytes) -> bytes:
    return box(kind, struct.pack(">I", version << 24 | flags), *payload)


def video_header(
    entry: SampleEntry,
    width: int,
    height: int,
    timescale: int,
    *,
    color: tuple[int, int, int] = (2, 2, 2),
    projection: str = "flat",
    stereo: str = "mono",
) -> bytes:
    """ftyp and moov of a video track, with colr, and Spherical Video V2 boxes when equirectangular."""
    sample_entry = video_entry(entry, width, height, color=color, projection=projection, stereo=stereo)
    return _header(sample_entry, VIDEO_MEDIA, b"vide", timescale, width, height)


def video_entry(
    entry: SampleEntry,
    width: int,
    height: int,
    *,
    color: tuple[int, int, int] = (2, 2, 2),
    projection: str = "flat",
    stereo: str = "mono",
) -> bytes:
    """A sample entry with its configuration (if it has one), colr, and Spherical Video V2 boxes."""
    extra = [box(b"colr", b"nclx", struct.pack(">HHHB", *color, 0))]
    if projection == "equirectangular":
        extra += [full_box(b"st3d", 0, 0, bytes([STEREO_MODES[stereo]])), _sv3d()]
    fields = bytes(6) + struct.pack(">H", 1) + bytes(16)
    fields += struct.pack(">HHIIIH", width, height, 0x480000, 0x480000, 0, 1) + bytes(32) + struct.pack(">Hh", 24, -1)
    configuration = box(entry.box, entry.record) if entry.record else b""
    return box(entry.type, fields, configuration, *extra)


def audio_header(entry: SampleEntry, channels: int, sample_rate: int, language: str = "und") -> bytes:
    """ftyp and moov of an audio track whose time scale is its sample rate."""
    fields = bytes(6) + struct.pack(">H", 1) + bytes(8)
    fields += struct.pack(">HHHHI", channels, 16, 0, 0, sample_rate << 16)
    sample_entry = box(entry.type, fields, box(entry.box, entry.record))
    return _header(sample_entry, full_box(b"smhd", 0, 0, bytes(4)), b"soun", sample_rate, 0, 0, language)


def _sv3d() -> bytes:
    head = full_box(b"svhd", 0, 0, b"vrtraining\x00")
    pose = full_box(b"prhd", 0, 0, bytes(12))
    return box(b"sv3d", head, box(b"proj", pose, full_box(b"equi", 0, 0, bytes(16))))


def _header(
    entry: bytes, media: bytes, handler: bytes, timescale: int, width: int, height: int, language: str = "und"
) -> bytes:
    return movie(timescale, {1: track(1, entry, media, handler, timescale, (width, height), language=language)})


def track(
    track_id: int,
    entry: bytes,
    media: bytes,
    handler: bytes,
    timescale: int,
    size: tuple[int, int],
    *,
    references: bytes = b"",
    language: str = "und",
) -> bytes:
    """trak of a fragmented track. `entry`: its sample entry; `media`: vmhd or smhd; `references`: a tref box."""
    sample_table = box(
        b"stbl",
        full_box(b"stsd", 0, 0, struct.pack(">I", 1), entry),
        full_box(b"stts", 0, 0, bytes(4)),
        full_box(b"stsc", 0, 0, bytes(4)),
        full_box(b"stsz", 0, 0, bytes(8)),
        full_box(b"stco", 0, 0, bytes(4)),
    )
    data_info = box(b"dinf", full_box(b"dref", 0, 0, struct.pack(">I", 1), full_box(b"url ", 0, 1)))
    volume = 0x0100 if handler == b"soun" else 0
    code = _language_code(language)
    return box(
        b"trak",
        full_box(
            b"tkhd",
            0,
            7,
            struct.pack(">IIIII", 0, 0, track_id, 0, 0),
            bytes(8),
            struct.pack(">hhhh", 0, 0, volume, 0),
            MATRIX,
            struct.pack(">II", size[0] << 16, size[1] << 16),
        ),
        references,
        box(
            b"mdia",
            full_box(b"mdhd", 0, 0, struct.pack(">IIIIHH", 0, 0, timescale, 0, code, 0)),
            full_box(b"hdlr", 0, 0, bytes(4), handler, bytes(12), b"\x00"),
            box(b"minf", media, data_info, sample_table),
        ),
    )


def movie(timescale: int, tracks: dict[int, bytes]) -> bytes:
    """ftyp and moov over trak boxes by their track_ID."""
    fields = struct.pack(">IIIIIHH", 0, 0, timescale, 0, 0x10000, 0x0100, 0) + bytes(8) + MATRIX + bytes(24)
    extends = (full_box(b"trex", 0, 0, struct.pack(">IIIII", track_id, 1, 0, 0, 0)) for track_id in tracks)
    moov = box(
        b"moov",
        full_box(b"mvhd", 0, 0, fields, struct.pack(">I", max(tracks) + 1)),
        *tracks.values(),
        box(b"mvex", *extends),
    )
    return box(b"ftyp", b"iso6", struct.pack(">I", 0), b"iso6cmfcmp41dash") + moov


def _language_code(language: str) -> int:
    """ISO 639-2/T packed as in mdhd."""
    letters = language if len(language) == 3 and language.isascii() and language.islower() else "und"
    first, second, third = (ord(letter) - 0x60 for letter in letters)
    return first << 10 | second << 5 | third


def segment(sequence: int, decode_time: int, samples: Iterable[TrackSample]) -> bytes:
    """One CMAF segment of one fragment. `decode_time` in the track's time scale; `sequence` counts from 1."""
    samples = list(samples)
    rows = b"".join(
        struct.pack(">IIIi", sample.duration, len(sample.data), KEY_FLAGS if sample.key else DELTA_FLAGS, sample.offset)
        for sample in samples
    )
    flags = 0x000001 | 0x000100 | 0x000200 | 0x000400 | 0x000800
    head = full_box(b"mfhd", 0, 0, struct.pack(">I", sequence))
    track_head = full_box(b"tfhd", 0, 0x020000, struct.pack(">I", 1))
    time = full_box(b"tfdt", 1, 0, struct.pack(">Q", decode_time))
    run_size = 12 + 4 + 4 + len(rows)
    traf_size = 8 + len(track_head) + len(time) + run_size
    data_offset = 8 + len(head) + traf_size + 8
    run = full_box(b"trun", 1, flags, struct.pack(">Ii", len(samples), data_offset), rows)
    movie_fragment = box(b"moof", head, box(b"traf", track_head, time, run))
    return SEGMENT_TYPE + movie_fragment + box(b"mdat", *(sample.data for sample in samples))


SEGMENT_TYPE = box(b"styp", b"msdh", struct.pack(">I", 0), b"msdhmsixcmfs")
VIDEO_MEDIA = full_box(b"vmhd", 0, 1, bytes(8))

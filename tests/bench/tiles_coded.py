"""A moving source, coded: as a tiled title in several qualities, and as one picture by our encoder and by libx265.

The title is one group of segments, which is shown again and again; its source runs forwards and backwards
(`Source.picture`). What somebody sees of it is merged from the tiles that the player chose by the reference tool
(codec_native), and decoded by FFmpeg (PyAV), picture by picture: tiles that go on after another quality show what a
decoder shows, not what the encoder meant.
"""

import base64
import itertools
import os
import pickle
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt

from codec_native import Encoder, Stream, merge
from streaming.library.tiled.encode import CodedSegment, TiledEncoder, TiledSettings, group_for
from streaming.library.tiled.encode import Stream as TiledStream
from streaming.library.tiled.grid import Grid, low_grid
from streaming.library.tiled.index import SEGMENT_KEYS, VERSION
from streaming.library.tiled.segment import unpack_sizes, write_segment
from tests.bench.tiles_session import Shown
from tests.bench.tiles_title import FPS, Source

GOP_SECONDS = 2
START = b"\0\0\0\1"

Plane = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Errors:
    """|decoded - source| in luma of each picture of the source, in one file; `shape`: (pictures, height, width)."""

    path: Path
    shape: tuple[int, int, int]
    kbps: float
    cpu_seconds: float = 0.0

    @property
    def planes(self) -> Plane:
        """Read where they lie."""
        return np.memmap(self.path, np.uint8, "r", shape=self.shape)


@dataclass(frozen=True)
class Coded:
    """A tiled title: index.json as the player reads it (one group), its streams, and all tiles in the best quality,
    entered once a second.

    `gop`: pictures of a segment. `streams`: Annex B, of each quality the entry stream, then of each the continued one.
    `rates`: kbit/s of each quality when every second is entered, and when it is played on without a break.
    """

    source: Source
    grid: Grid
    gop: int
    index: dict[str, Any]
    full: Errors
    streams: list[bytes]
    rates: list[tuple[float, float]]
    cpu_seconds: float


def code_tiles(folder: Path, source: Source, grid: Grid, gop: int, crf: float, offsets: Sequence[float]) -> Coded:
    """One group of segments of `gop` pictures in all qualities, by the packager's encoder and segment writer."""
    group = group_for(gop, Fraction(FPS))
    settings = TiledSettings(grid, low_grid(grid), Fraction(FPS), gop, crf, tuple(offsets), crf, threads=1, group=group)
    cpu = time.process_time()
    encoder = TiledEncoder(settings, grid, crf, offsets, continues=True)
    for i in range(group * gop):
        encoder.encode(np.ascontiguousarray(source.picture(i)))
    coded, entry = encoder.flush(), encoder.entry
    encoder.close()
    cpu = time.process_time() - cpu
    segments = []
    for i, segment in enumerate(coded):
        _, details = write_segment(settings, i, i * gop, segment.entry, segment.entry[-1], segment.continued)
        segments.append(
            {"frame": i * gop, "frames": gop, "low": 0}
            | {key: details[key] for key in ("order", *SEGMENT_KEYS) if key != "low"}
        )
    headers = parameter_sets(entry.record)
    streams = [
        headers + _annex_b(coded, quality, goes_on) for goes_on in (False, True) for quality in range(len(offsets))
    ]
    rates = _rates(segments, len(offsets), gop)
    name = f"{source.name}_tiles_{grid.columns}x{grid.rows}_{gop}_{crf:g}"
    per_second = FPS // gop
    full = [[0 if i % per_second == 0 else len(offsets)] * grid.columns * grid.rows for i in range(group)]
    seen = _errors(folder / name, source, decode(_merged(streams, full, gop)), group * gop)
    index = {
        "version": VERSION,
        "width": grid.width,
        "height": grid.height,
        "projection": "equirectangular",
        "stereo": "mono",
        "fps": [FPS, 1],
        "timescale": FPS * 512,
        "ticks": 512,
        "segment_s": gop / FPS,
        "group": group,
        "order": {str(gop): segments[0]["order"]},
        "codec": entry.codecs,
        "hvcc": base64.b64encode(entry.record).decode(),
        "grid": grid.as_json(),
        "qualities": [
            {
                "id": f"q{i}",
                "directory": f"q{i}",
                "continued": f"c{i}",
                "kbps": rates[i][0],
                "psnr": _psnr(coded, i, grid, gop),
                "ws_psnr": None,
            }
            for i in range(len(offsets))
        ],
        "low": None,
        "pack": None,
        "audio": [],
        "segments": segments,
    }
    return Coded(source, grid, gop, index, Errors(*seen, rates[0][0]), streams, rates, cpu)


def _annex_b(coded: Sequence[CodedSegment], quality: int, goes_on: bool) -> bytes:
    """All pictures of a quality; one that goes on begins its group with entry tiles of the best."""

    def stream(segment: CodedSegment) -> TiledStream:
        if goes_on:
            return segment.continued[quality] if segment.continued else segment.entry[0]
        return segment.entry[quality]

    return b"".join(START + unit for segment in coded for picture in stream(segment).units for unit in picture.slices)


def _psnr(coded: Sequence[CodedSegment], quality: int, grid: Grid, gop: int) -> float:
    squares = sum(segment.entry[quality].sse for segment in coded)
    return 10 * float(np.log10(255**2 * grid.width * grid.height * gop * len(coded) / squares))


def _rates(segments: Sequence[dict[str, Any]], qualities: int, gop: int) -> list[tuple[float, float]]:
    def kbps(packed: Sequence[str]) -> npt.NDArray[np.float64]:
        sizes = np.array([unpack_sizes(one) for one in packed]).reshape(len(packed), qualities, -1)
        rates: npt.NDArray[np.float64] = sizes.sum(axis=(0, 2)) * 8 / 1000 / (len(packed) * gop / FPS)
        return rates

    on = [segment["continued"] or segment["sizes"] for segment in segments]
    entry = [segment["sizes"] if i % (FPS // gop) == 0 else on[i] for i, segment in enumerate(segments)]
    return [(float(a), float(b)) for a, b in zip(kbps(entry), kbps(on), strict=True)]


def parameter_sets(record: bytes) -> bytes:
    """The NAL units of an `hvcC` payload (ISO/IEC 14496-15, 8.3.2.1) as a byte stream."""
    at, found = 23, b""
    for _array in range(record[22]):
        count, at = int.from_bytes(record[at + 1 : at + 3], "big"), at + 3
        for _unit in range(count):
            size, at = int.from_bytes(record[at : at + 2], "big"), at + 2
            found, at = found + START + record[at : at + size], at + size
    return found


def looped(index: dict[str, Any], seconds: int) -> dict[str, Any]:
    """The index of a longer title that shows the group again and again."""
    once, segments, frame = index["segments"], [], 0
    while frame < seconds * FPS:
        segment = once[len(segments) % len(once)]
        segments.append({**segment, "frame": frame})
        frame += segment["frames"]
    return {**index, "segments": segments}


def decode(parts: Iterable[bytes], threads: int = 1) -> Iterator[Plane]:
    """Luma of each picture of an Annex B stream that comes in parts, in order of display."""
    decoder = av.CodecContext.create("hevc", "r")
    decoder.thread_count, decoder.thread_type = threads, "FRAME" if threads > 1 else "NONE"

    def luma(pictures: Iterable[Any]) -> Iterator[Plane]:
        for picture in pictures:
            plane = picture.planes[0]
            rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
            yield rows[: picture.height, : picture.width]

    for part in parts:
        for packet in decoder.parse(part):
            yield from luma(decoder.decode(packet))
    for packet in decoder.parse(b""):
        yield from luma(decoder.decode(packet))
    yield from luma(decoder.decode(None))


def watched_pictures(coded: Coded, shown: Sequence[Shown]) -> Iterator[Plane]:
    """Luma of what somebody saw: the tiles of each segment merged, decoded as one stream. RuntimeError: segments are
    not one after the other."""
    if [one.segment for one in shown] != list(range(len(shown))):
        raise RuntimeError("segments were not given to the decoder one after the other")
    picks = [(one.picks + len(coded.rates) * one.continued).tolist() for one in shown]
    return decode(_merged(coded.streams, picks, coded.gop), threads=os.cpu_count() or 1)


def _merged(streams: Sequence[bytes], picks: Sequence[list[int]], gop: int) -> Iterator[bytes]:
    """Access units of the title, which is shown again and again. `picks`: of each segment the stream of each tile."""
    parsed = [Stream(stream) for stream in streams]
    group = len(parsed[0]) // gop
    for first in range(0, len(picks), group):
        mine = list(picks[first : first + group])
        pictures = len(mine) * gop
        # A session may end inside a group; what comes then is not looked at.
        mine += [[0] * len(mine[0])] * (group - len(mine))
        for i, unit in enumerate(merge(parsed, lambda picture, mine=mine: mine[picture // gop])):
            if i < pictures:
                yield unit


def code_played_on(folder: Path, coded: Coded) -> Errors:
    """All tiles in the best quality, played on: as they are when the source comes round forwards again."""
    source, round_trip = coded.source, 2 * coded.source.count
    stream = decode([coded.streams[len(coded.rates)]], threads=os.cpu_count() or 1)
    pictures = itertools.islice(stream, round_trip, None)
    path = folder / f"{coded.full.path.stem}_played_on"
    count = len(coded.index["segments"]) * coded.gop - round_trip
    return Errors(*_errors(path, source, pictures, count), coded.rates[0][1])


def _errors(path: Path, source: Source, pictures: Iterable[Plane], count: int) -> tuple[Path, tuple[int, int, int]]:
    """Of the source's own pictures; `count` are coded."""
    path = path.with_name(f"{path.name}.err")
    shape = (source.count, source.height, source.width)
    errors = np.memmap(path, np.uint8, "w+", shape=shape)
    seen = 0
    for i, luma in enumerate(pictures):
        seen += 1
        if i < source.count:
            truth = source.frames[i][: source.height]
            np.subtract(np.maximum(luma, truth), np.minimum(luma, truth), out=errors[i])
    if seen != count:
        raise RuntimeError(f"{seen} pictures were decoded, {count} were coded")
    errors.flush()
    return path, shape


# --- the whole sphere as one picture -------------------------------------------------------------


def code_whole(folder: Path, source: Source, crf: float) -> Errors:
    """By our encoder as the ladder uses it: superfast, no tiles, a random-access picture every two seconds."""
    cpu, data = time.process_time(), []
    with Encoder(
        source.width,
        source.height,
        FPS,
        preset="superfast",
        crf=crf,
        keyint=FPS * GOP_SECONDS,
        threads=1,
        projection="erp",
    ) as encoder:
        for frame in source.frames:
            data += [packet.data for packet in encoder.encode(np.ascontiguousarray(frame))]
        data += [packet.data for packet in encoder.flush()]
    return _whole(folder / f"{source.name}_whole_{crf:g}", source, data, time.process_time() - cpu)


def code_x265(folder: Path, source: Source, crf: float) -> Errors:
    """By libx265 superfast, tuned for PSNR, on one thread, with the same distance of random-access pictures."""
    out, gop = av.CodecContext.create("libx265", "w"), FPS * GOP_SECONDS
    out.width, out.height, out.pix_fmt = source.width, source.height, "yuv420p"
    out.time_base, out.framerate = Fraction(1, FPS), Fraction(FPS)
    out.options = {
        "preset": "superfast",
        "tune": "psnr",
        "crf": f"{crf:g}",
        "x265-params": f"keyint={gop}:min-keyint={gop}:pools=none:frame-threads=1:log-level=none",
    }
    cpu, data = time.process_time(), []
    for i, frame in enumerate(source.frames):
        picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="yuv420p")
        picture.pts = i
        data += [bytes(packet) for packet in out.encode(picture)]
    data += [bytes(packet) for packet in out.encode(None)]
    return _whole(folder / f"{source.name}_x265_{crf:g}", source, data, time.process_time() - cpu)


def _whole(path: Path, source: Source, data: list[bytes], cpu: float) -> Errors:
    kbps = sum(map(len, data)) * 8 / (source.count / FPS) / 1000
    return Errors(*_errors(path, source, decode(data), source.count), kbps, cpu)


def around(code: Callable[[float], Errors], low_kbps: float, high_kbps: float, first: float) -> list[Errors]:
    """Runs of one encoder whose bits lie on both sides of what is asked for, by rising bits; at most six."""
    runs = {first: code(first)}
    while len(runs) < 6:
        kbps = sorted(run.kbps for run in runs.values())
        if kbps[0] > low_kbps:
            step = max(runs) + 3
        elif kbps[-1] < high_kbps:
            step = min(runs) - 3
        else:
            break
        runs[step] = code(step)
    return sorted(runs.values(), key=lambda run: run.kbps)


@dataclass(frozen=True)
class Keep:
    """Coding at 7680x3840 takes long. Results are kept in `folder`; with `reuse` they are taken from there."""

    folder: Path
    reuse: bool

    def __call__(self, name: str, make: Callable[[], Any]) -> Any:
        path = self.folder / f"{name}.kept"
        if self.reuse and path.is_file():
            return pickle.loads(path.read_bytes())
        made = make()
        path.write_bytes(pickle.dumps(made))
        return made


def work_folder() -> Path:
    """Where sources and errors are kept: gigabytes at 7680x3840."""
    return Path(
        os.environ.get("VR_BENCH_WORK") or Path(__file__).resolve().parents[2] / "build" / "bench" / "tiles-work"
    )

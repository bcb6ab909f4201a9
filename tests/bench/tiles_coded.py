"""A moving source, coded: as a tiled title in several qualities, and as one picture by our encoder and by libx265.

Everything is decoded again by FFmpeg (PyAV). What is kept of it are luma errors, |decoded - source|, of five pictures a
second: all that the PSNR of any view needs.

Tiles lean on nothing outside them, so a picture merged from tiles of several qualities decodes, in each tile, to what
that tile's whole stream decodes to. `check_merge` holds that against a real merge (codec_native) and decode.
"""

import base64
import io
import os
import pickle
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt

from codec_native import Encoder, Stream, merge
from streaming.library.tiled.encode import TiledEncoder, TiledSettings
from streaming.library.tiled.grid import Grid, low_grid
from streaming.library.tiled.segment import write_segment
from tests.bench.tiles_title import FPS, Source

SAMPLE_EVERY = 6
GOP_SECONDS = 2
START = b"\0\0\0\1"

Plane = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Errors:
    """|decoded - source| in luma of every `SAMPLE_EVERY`th picture, in one file; `shape`: (samples, height, width)."""

    path: Path
    shape: tuple[int, int, int]
    kbps: float
    cpu_seconds: float = 0.0

    @cached_property
    def planes(self) -> Plane:
        """Sample i is picture `i * SAMPLE_EVERY`; read where they lie."""
        return np.memmap(self.path, np.uint8, "r", shape=self.shape)

    @property
    def psnr(self) -> float:
        squares = sum(float(np.square(plane.astype(np.uint32)).sum()) for plane in self.planes)
        return 10 * float(np.log10(255**2 * self.planes.size / squares))


@dataclass(frozen=True)
class Coded:
    """A tiled title: index.json as the player reads it (one run of the source), and the errors of each quality."""

    source: Source
    grid: Grid
    index: dict[str, Any]
    qualities: list[Errors]
    headers: bytes
    # For each quality and segment its pictures in decoding order, each as the NAL units of the tiles.
    units: list[list[list[tuple[bytes, ...]]]]
    cpu_seconds: float


def code_tiles(folder: Path, source: Source, grid: Grid, crf: float, offsets: Sequence[float]) -> Coded:
    """Segments of one second in all qualities, by the packager's encoder and segment writer."""
    settings = TiledSettings(grid, low_grid(grid), Fraction(FPS), FPS, crf, tuple(offsets), crf, threads=1)
    units: list[list[list[tuple[bytes, ...]]]] = [[] for _ in offsets]
    segments, cpu = [], time.process_time()
    for index, start in enumerate(range(0, len(source.frames), FPS)):
        encoder = TiledEncoder(settings, grid, crf, offsets)
        for frame in source.frames[start : start + FPS]:
            encoder.encode(np.ascontiguousarray(frame))
        streams = encoder.flush()
        entry = encoder.entry
        encoder.close()
        _, details = write_segment(settings, index, start, streams, streams[-1])
        segments.append({"frame": start, "frames": len(streams[0].units), **_index_part(details)})
        for quality, stream in enumerate(streams):
            units[quality].append([unit.slices for unit in stream.units])
    cpu = time.process_time() - cpu
    headers = parameter_sets(entry.record)
    seconds = len(source.frames) / FPS
    errors = []
    for quality, coded in enumerate(units):
        pictures = [whole for segment in coded for whole in segment]
        size = sum(len(unit) for picture in pictures for unit in picture)
        data = headers + b"".join(START + unit for picture in pictures for unit in picture)
        name = f"{source.name}_tiles_{grid.columns}x{grid.rows}_{crf + offsets[quality]:g}"
        errors.append(Errors(*_errors(folder / name, source, decode(data), source.count), size * 8 / seconds / 1000))
    index_json = {
        "version": 1,
        "width": grid.width,
        "height": grid.height,
        "projection": "equirectangular",
        "stereo": "mono",
        "fps": [FPS, 1],
        "timescale": FPS * 512,
        "ticks": 512,
        "segment_s": 1,
        "codec": entry.codecs,
        "hvcc": base64.b64encode(entry.record).decode(),
        "grid": grid.as_json(),
        "qualities": [
            {"id": f"q{i}", "directory": f"q{i}", "kbps": round(error.kbps), "psnr": error.psnr, "ws_psnr": None}
            for i, error in enumerate(errors)
        ],
        "low": None,
        "pack": None,
        "audio": [],
        "segments": segments,
    }
    return Coded(source, grid, index_json, errors, headers, units, cpu)


def parameter_sets(record: bytes) -> bytes:
    """The NAL units of an `hvcC` payload (ISO/IEC 14496-15, 8.3.2.1) as a byte stream."""
    at, found = 23, b""
    for _array in range(record[22]):
        count, at = int.from_bytes(record[at + 1 : at + 3], "big"), at + 3
        for _unit in range(count):
            size, at = int.from_bytes(record[at : at + 2], "big"), at + 2
            found, at = found + START + record[at : at + size], at + size
    return found


def _index_part(details: dict[str, Any]) -> dict[str, Any]:
    return {"header": details["header"], "sizes": details["sizes"], "low": 0}


def looped(index: dict[str, Any], seconds: int) -> dict[str, Any]:
    """The index of a longer title that shows the source again and again."""
    once, segments, frame = index["segments"], [], 0
    while frame < seconds * FPS:
        segment = once[len(segments) % len(once)]
        segments.append({**segment, "frame": frame})
        frame += segment["frames"]
    return {**index, "segments": segments}


def decode(data: bytes) -> Iterator[Plane]:
    """Luma of each picture of an Annex B stream, in order of display."""
    with av.open(io.BytesIO(data), format="hevc") as container:
        container.streams.video[0].thread_type = "NONE"
        for picture in container.decode(video=0):
            plane = picture.planes[0]
            rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
            yield rows[: picture.height, : picture.width]


def _errors(path: Path, source: Source, pictures: Iterable[Plane], count: int) -> tuple[Path, tuple[int, int, int]]:
    """Of the source's own pictures; `count` are coded."""
    path = path.with_name(f"{path.name}.err")
    shape = (-(-source.count // SAMPLE_EVERY), source.height, source.width)
    errors = np.memmap(path, np.uint8, "w+", shape=shape)
    seen = 0
    for i, luma in enumerate(pictures):
        seen += 1
        if i < source.count and i % SAMPLE_EVERY == 0:
            truth = source.frames[i][: source.height]
            np.subtract(np.maximum(luma, truth), np.minimum(luma, truth), out=errors[i // SAMPLE_EVERY])
    if seen != count:
        raise RuntimeError(f"{seen} pictures were decoded, {count} were coded")
    errors.flush()
    return path, shape


def check_merge(coded: Coded, picks: Sequence[int], segment: int) -> None:
    """RuntimeError unless the reference tool's merge of these tiles decodes to each tile's own decode."""
    streams = [
        Stream(coded.headers + b"".join(START + unit for picture in of_quality[segment] for unit in picture))
        for of_quality in coded.units
    ]
    merged = b"".join(merge(streams, list(picks)))
    first = segment * FPS
    for i, luma in enumerate(decode(merged)):
        if (first + i) % SAMPLE_EVERY:
            continue
        truth = coded.source.frames[first + i][: coded.source.height]
        for tile, quality in enumerate(picks):
            x, y, width, height = coded.grid.rectangle(tile)
            place = np.s_[y : y + height, x : x + width]
            error = np.subtract(np.maximum(luma[place], truth[place]), np.minimum(luma[place], truth[place]))
            if not np.array_equal(error, coded.qualities[quality].planes[(first + i) // SAMPLE_EVERY][place]):
                raise RuntimeError(f"tile {tile} of the merged segment {segment} is not its own stream's")


# --- the whole sphere as one picture -------------------------------------------------------------


def there_and_back(source: Source) -> Iterator[Plane]:
    """The pictures of at least one whole distance of random-access pictures: a source that is shorter runs back again.
    Its own length would make the whole sphere pay for such pictures more often than the ladder has them."""
    frames, count = source.frames, source.count
    for i in range(max(count, GOP_SECONDS * FPS)):
        turn, place = divmod(i, count)
        yield np.ascontiguousarray(frames[count - 1 - place if turn % 2 else place])


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
        for frame in there_and_back(source):
            data += [packet.data for packet in encoder.encode(frame)]
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
    for i, frame in enumerate(there_and_back(source)):
        picture = av.VideoFrame.from_ndarray(frame, format="yuv420p")
        picture.pts = i
        data += [bytes(packet) for packet in out.encode(picture)]
    data += [bytes(packet) for packet in out.encode(None)]
    return _whole(folder / f"{source.name}_x265_{crf:g}", source, data, time.process_time() - cpu)


def _whole(path: Path, source: Source, data: list[bytes], cpu: float) -> Errors:
    count = max(source.count, GOP_SECONDS * FPS)
    kbps = sum(map(len, data)) * 8 / (count / FPS) / 1000
    return Errors(*_errors(path, source, decode(b"".join(data)), count), kbps, cpu)


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

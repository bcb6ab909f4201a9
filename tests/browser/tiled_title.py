"""A small tiled title whose every tile says in its colour which tile it is and in which quality it was fetched.

Luma is the tile's number, chroma its quality, and a spot wanders through each tile so that pictures differ. Written
with the packager's own parts; only the qualities are encoded apart, since they show different pictures here.

A tile that continues changes nothing but what moved in it: after another quality it keeps that one's colours until a
segment is entered again. So what is to be seen follows from all the picks since then (`test_tiled_player.py`).
"""

import base64
import json
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from codec_native import Encoder, Quality
from streaming.library.packaging.fmp4 import TrackSample, segment
from streaming.library.packaging.names import segment_name
from streaming.library.tiled.boxes import TileUnit, merged_entry, segment_file
from streaming.library.tiled.encode import PRESET, TiledSettings, slices
from streaming.library.tiled.grid import Grid, low_grid, make_grid
from streaming.library.tiled.index import VERSION
from streaming.library.tiled.packed import plan_packing
from streaming.library.tiled.segment import pack_psnr, pack_sizes, title_headers
from streaming.library.tiled.strips import make_strips
from streaming.library.transcode.segment import timescale_for

WIDTH, HEIGHT, COLUMNS, ROWS = 1536, 768, 6, 6
FPS, SEGMENT_FRAMES, SEGMENTS = 20, 20, 9
# Segments from one whose tiles are all entered to the next.
GROUP = 4
TILES = COLUMNS * ROWS
# (Cb, Cr) of each quality, the best first, and of the low layer.
CHROMA = ((120, 158), (105, 110), (154, 120), (128, 128))
BT709 = (1, 1, 1)
LOW = len(CHROMA) - 1
# A picture of this many samples holds sixteen of the tiles beside the low layer.
PACKED_SAMPLES = 768 * 1024


def luma_of(tile: int) -> int:
    return 40 + 4 * tile


def tile_shown(rgb: Sequence[float]) -> tuple[int, int]:
    """(tile, quality) of a colour on screen (BT.709, as the streams say)."""
    red, green, blue = rgb[:3]
    luma = 16 + 0.183 * red + 0.614 * green + 0.062 * blue
    cb = 128 - 0.101 * red - 0.339 * green + 0.439 * blue
    cr = 128 + 0.439 * red - 0.399 * green - 0.040 * blue
    distances = [abs(cb - u) + abs(cr - v) for u, v in CHROMA]
    return round((luma - luma_of(0)) / 4), distances.index(min(distances))


def picture(grid: Grid, quality: int, frame: int, full: Grid) -> NDArray[np.uint8]:
    """I420 of a whole picture of `grid`'s size in a quality's colours; tiles are those of `full`."""
    width, height = grid.width, grid.height
    luma = np.zeros((height, width), np.uint8)
    for tile in range(full.tiles):
        left, top, w, h = (value * width // full.width for value in full.rectangle(tile))
        luma[top : top + h, left : left + w] = luma_of(tile)
        spot = max(4, w // 16)
        luma[top : top + spot, left + frame * spot % (w - spot) :][:, :spot] = 16
    planes = [luma.reshape(-1)]
    planes += [np.full(width * height // 4, value, np.uint8) for value in CHROMA[quality]]
    return np.concatenate(planes).reshape(height * 3 // 2, width)


class Colours(NamedTuple):
    """One encoder's streams of a group of segments: those that are entered, and those that continue."""

    headers: bytes
    entered: list[TileUnit]
    continued: list[TileUnit]


def encode_group(grid: Grid, quality: int, frames: range, full: Grid) -> Colours:
    """A quality's pictures, or the low layer's, coded as one group. `index` of a unit is its place in its segment."""
    continues = [Quality()] if quality == LOW else [Quality(), Quality(continues=True)]
    streams: list[list[TileUnit]] = [[], []]
    with Encoder(
        grid.width,
        grid.height,
        Fraction(FPS),
        preset=PRESET,
        crf=22.0,
        qualities=continues,
        tiles=grid.in_blocks,
        mcts=True,
        keyint=SEGMENT_FRAMES,
        key_group=GROUP,
        threads=1,
        projection="erp",
        colour_primaries=BT709[0],
        transfer=BT709[1],
        matrix=BT709[2],
    ) as encoder:
        packets = [p for n, f in enumerate(frames) for p in encoder.encode(picture(grid, quality, f, full), pts=n)]
        for packet in packets + encoder.flush():
            index = packet.display_index % SEGMENT_FRAMES
            streams[packet.quality].append(TileUnit(tuple(slices(packet)), index, packet.keyframe))
        return Colours(encoder.headers, *streams)


def of_segment(units: list[TileUnit], place: int) -> list[TileUnit]:
    """Those of the segment at a place of the group, in decoding order."""
    return units[place * SEGMENT_FRAMES : (place + 1) * SEGMENT_FRAMES]


def low_file(units: list[TileUnit], index: int, time: int, ticks: int) -> bytes:
    samples = [
        TrackSample(
            b"".join(len(part).to_bytes(4, "big") + part for part in unit.slices),
            ticks,
            (unit.index - place) * ticks,
            unit.key,
        )
        for place, unit in enumerate(units)
    ]
    return segment(index + 1, time, samples)


def write_group(folder: Path, grid: Grid, low: Grid, first: int, count: int, ticks: int) -> list[dict[str, Any]]:
    """The files of the segments of a group, and what the index says of them."""
    frames = range(first * SEGMENT_FRAMES, (first + count) * SEGMENT_FRAMES)
    qualities = [encode_group(grid, quality, frames, grid) for quality in range(LOW)]
    small = encode_group(low, LOW, frames, grid)
    rows = []
    for place in range(count):
        index = first + place
        time = index * SEGMENT_FRAMES * ticks
        headers = {"q": 0, "c": 0}
        sizes: dict[str, list[int]] = {"q": [], "c": []}
        for quality, streams in enumerate(qualities):
            for letter, units in (("q", streams.entered), ("c", streams.continued)):
                if letter == "c" and place == 0:
                    continue
                mine = of_segment(units, place)
                headers[letter], of_tiles, data = segment_file(mine, index=index, time=time, ticks=ticks)
                write(folder / f"{letter}{quality}" / segment_name(index), data)
                sizes[letter] += of_tiles
        data = low_file(of_segment(small.entered, place), index, time, ticks)
        write(folder / "low" / segment_name(index), data)
        rows.append(
            {
                "frame": index * SEGMENT_FRAMES,
                "frames": SEGMENT_FRAMES,
                "order": [unit.index for unit in of_segment(small.entered, place)],
                "header": headers["q"],
                "sizes": pack_sizes(sizes["q"]),
                "continued_header": headers["c"],
                "continued": pack_sizes(sizes["c"]) if place else None,
                "psnr": pack_psnr([44 - 5 * quality for quality in range(LOW) for _ in range(grid.tiles)]),
                # Nothing moves: what goes on shows what was there.
                "continued_psnr": pack_psnr([44] * LOW * grid.tiles) if place else None,
                "low": len(data),
            }
        )
    return rows


def write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def write_title(folder: Path, segments: int = SEGMENTS) -> dict[str, Any]:
    """Writes the files of a tiled title into `folder` and answers the index."""
    grid = make_grid(WIDTH, HEIGHT, COLUMNS, ROWS)
    low = low_grid(grid)
    settings = TiledSettings(
        grid=grid, low=low, fps=Fraction(FPS), gop=SEGMENT_FRAMES, crf=22.0, offsets=(0.0,), low_crf=22.0, color=BT709
    )
    timescale, ticks = timescale_for(settings.fps)
    rows = []
    for first in range(0, segments, GROUP):
        rows += write_group(folder, grid, low, first, min(GROUP, segments - first), ticks)
    entry, low_entry = (
        merged_entry(encode_group(size, quality, range(1), grid).headers) for size, quality in ((grid, 0), (low, LOW))
    )
    for name, data in title_headers(settings, entry, low_entry).items():
        write(folder / name, data)
    index_json = {
        "version": VERSION,
        "width": WIDTH,
        "height": HEIGHT,
        "projection": "equirectangular",
        "stereo": "mono",
        "fps": [FPS, 1],
        "timescale": timescale,
        "ticks": ticks,
        "frames": segments * SEGMENT_FRAMES,
        "duration": segments * SEGMENT_FRAMES / FPS,
        "segment_s": SEGMENT_FRAMES / FPS,
        "group": GROUP,
        "order": {str(SEGMENT_FRAMES): rows[0]["order"]},
        "codec": entry.codecs,
        "hvcc": base64.b64encode(entry.record).decode(),
        "grid": grid.as_json(),
        "qualities": [
            {
                "id": f"q{q}",
                "directory": f"q{q}",
                "continued": f"c{q}",
                "kbps": 1000,
                "continued_kbps": 500,
                "psnr": 44 - 5 * q,
                "ws_psnr": 44 - 5 * q,
            }
            for q in range(LOW)
        ],
        "low": {
            "directory": "low",
            "init": "low/init.mp4",
            "codec": low_entry.codecs,
            "hvcc": base64.b64encode(low_entry.record).decode(),
            "width": low.width,
            "height": low.height,
            "grid": low.as_json(),
            "kbps": 100,
            "psnr": 24,
            "ws_psnr": 24,
        },
        "pack": write_strips(folder, settings),
        "audio": [],
        "segments": rows,
    }
    (folder / "index.json").write_text(json.dumps(index_json))
    return index_json


def packed_size() -> str:
    """Width x height of the pictures of the packed layout."""
    grid = make_grid(WIDTH, HEIGHT, COLUMNS, ROWS)
    packing = plan_packing(grid, low_grid(grid), PACKED_SAMPLES)
    assert packing is not None
    return f"{sum(packing.columns)}x{sum(packing.rows)}"


def write_strips(folder: Path, settings: TiledSettings) -> dict[str, Any] | None:
    packing = plan_packing(settings.grid, settings.low, PACKED_SAMPLES)
    if packing is None:
        return None
    strips = make_strips(replace(settings), packing, [SEGMENT_FRAMES])
    (folder / "map.bin").write_bytes(strips.data)
    described = {
        "row": packing.map_row,
        "bits": packing.bits,
        "file": "map.bin",
        "hvcc": base64.b64encode(strips.record).decode(),
        "trailing": {str(length): offset for length, offset in strips.trailing.items()},
    }
    return {**packing.as_json(), "map": described}

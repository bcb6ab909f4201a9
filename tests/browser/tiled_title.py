"""A small tiled title whose every tile says in its colour which tile it is and in which quality it was fetched.

Luma is the tile's number, chroma its quality, and a spot wanders through each tile so that pictures differ. Written
with the packager's own parts; only the qualities are encoded apart, since they show different pictures here.
"""

import base64
import json
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streaming.library.tiled.encode import Stream, TiledEncoder, TiledSettings
from streaming.library.tiled.grid import Grid, low_grid, make_grid
from streaming.library.tiled.packed import plan_packing
from streaming.library.tiled.segment import quality_directory, title_headers, write_segment
from streaming.library.tiled.strips import make_strips
from streaming.library.transcode.segment import timescale_for

WIDTH, HEIGHT, COLUMNS, ROWS = 1536, 768, 6, 6
FPS, SEGMENT_FRAMES, SEGMENTS = 16, 16, 9
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


def write_title(folder: Path, segments: int = SEGMENTS) -> dict[str, Any]:
    """Writes the files of a tiled title into `folder` and answers the index."""
    grid = make_grid(WIDTH, HEIGHT, COLUMNS, ROWS)
    low = low_grid(grid)
    settings = TiledSettings(
        grid=grid, low=low, fps=Fraction(FPS), gop=SEGMENT_FRAMES, crf=22.0, offsets=(0.0,), low_crf=22.0, color=BT709
    )
    timescale, ticks = timescale_for(settings.fps)
    rows = []
    entry = low_entry = None
    for index in range(segments):
        frames = range(index * SEGMENT_FRAMES, (index + 1) * SEGMENT_FRAMES)
        streams: list[Stream] = []
        for quality in range(LOW + 1):
            encoder = TiledEncoder(settings, low if quality == LOW else grid, 22.0)
            for frame in frames:
                encoder.encode(picture(low if quality == LOW else grid, quality, frame, grid))
            streams += encoder.flush()
            if quality == LOW:
                low_entry = encoder.entry
            else:
                entry = encoder.entry
            encoder.close()
        files, details = write_segment(settings, index, frames[0], streams[:LOW], streams[LOW])
        for name, data in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        rows.append({"frame": frames[0], "frames": len(frames), **details})
    assert entry is not None and low_entry is not None
    for name, data in title_headers(settings, entry, low_entry).items():
        (folder / name).write_bytes(data)
    index_json = {
        "version": 1,
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
        "codec": entry.codecs,
        "hvcc": base64.b64encode(entry.record).decode(),
        "grid": grid.as_json(),
        "qualities": [
            {"id": f"q{q}", "directory": quality_directory(q), "kbps": 1000, "psnr": 44 - 5 * q, "ws_psnr": 44 - 5 * q}
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

"""Encoding speed per core at the sizes of the house, and how it grows with threads.

The content is synthetic and the same on every machine: a relief that pans, objects that move against it, and a little
noise, so that motion search, residuals and skipped blocks all have something to do.
"""

from __future__ import annotations

import json
import os
import resource
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from codec_native.encoder import Encoder, cpu_features
from codec_native.i18n import gettext as _

DEFAULT_FRAMES = 24
SIZES = ((3840, 1920), (7680, 3840))
PRESETS = ("ultrafast", "superfast", "fast")
TILES = "4x2"

Planes = tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8], npt.NDArray[np.uint8]]


def relief(width: int, height: int, seed: int) -> npt.NDArray[np.uint8]:
    """Random relief with detail at every size, the same for the same seed."""
    rng = np.random.default_rng(seed)
    total: npt.NDArray[np.float32] = np.zeros((height, width), np.float32)
    for size in (2, 8, 32, 128):
        grid = rng.uniform(-1, 1, (height // size + 2, width // size + 2)).astype(np.float32)
        total += np.float32(size**0.7) * np.repeat(np.repeat(grid, size, 0), size, 1)[:height, :width]
    total = total + np.roll(total, 1, 0) + np.roll(total, 1, 1) + np.roll(total, (1, 1), (0, 1))
    low, high = float(total.min()), float(total.max())
    return ((total - low) * (235 / (high - low)) + 10).astype(np.uint8)


def moving_pictures(width: int, height: int, frames: int) -> Iterator[Planes]:
    """Pans by 3 samples a picture, with 24 squares that go their own ways."""
    margin = 3 * frames + 8
    background = relief(width + margin, height, 1)
    chroma = relief(width // 2 + margin, height // 2, 2)
    rng = np.random.default_rng(3)
    side = height // 16
    objects = [
        (
            rng.integers(0, width - side),
            rng.integers(0, height - side),
            *rng.integers(-9, 10, 2),
            relief(side, side, 10 + i),
        )
        for i in range(24)
    ]
    noise = rng.integers(0, 3, (height, width), dtype=np.uint8)
    for number in range(frames):
        luma = background[:, 3 * number : 3 * number + width] + np.roll(noise, 17 * number, 1)
        for x, y, dx, dy, patch in objects:
            left, top = (x + dx * number) % (width - side), (y + dy * number) % (height - side)
            luma[top : top + side, left : left + side] = patch
        u = chroma[:, number : number + width // 2]
        yield luma, u, u[::-1].copy()


def measure(pictures: list[Planes], **settings: Any) -> dict[str, Any]:
    """One run: wall and CPU seconds for all pictures, opening and input excluded."""
    height, width = pictures[0][0].shape
    with Encoder(width, height, 30, qp=32, keyint=32, projection="erp", **settings) as encoder:
        usage, start = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
        size = sum(len(packet) for picture in pictures for packet in encoder.encode(picture))
        size += sum(len(packet) for packet in encoder.flush())
        seconds = time.perf_counter() - start
        after = resource.getrusage(resource.RUSAGE_SELF)
        cpu = after.ru_utime + after.ru_stime - usage.ru_utime - usage.ru_stime
        memory = encoder.memory
    return {
        "width": width,
        "height": height,
        **settings,
        "frames": len(pictures),
        "seconds": round(seconds, 3),
        "cpu_seconds": round(cpu, 3),
        "frames_per_second": round(len(pictures) / seconds, 3),
        "frames_per_cpu_second": round(len(pictures) / cpu, 3),
        "bytes": size,
        "memory_bytes": memory,
    }


def thread_counts() -> list[int]:
    """1, 2, 4 ... up to the processors of this machine."""
    available = len(os.sched_getaffinity(0))
    return [n for n in (1, 2, 4, 8, 16, 32, 64) if n <= available]


def run(json_path: str | None = None, *, frames: int = DEFAULT_FRAMES) -> list[dict[str, Any]]:
    """Prints a table and writes the runs to ``json_path``. Each run says its settings, speed and memory."""
    results = []
    print(_("instruction set: {name}").format(name=cpu_features()["selected"]))
    for width, height in SIZES:
        pictures = list(moving_pictures(width, height, frames))
        for preset in PRESETS:
            single = None
            for threads in thread_counts() if preset == "superfast" else [1]:
                result = measure(pictures, preset=preset, threads=threads, tiles=TILES, mcts=True)
                single = single or result["seconds"]
                result["speedup"] = round(single / result["seconds"], 3)
                results.append(result)
                print(
                    _(
                        "{width}x{height} {preset}, {threads} threads: {frames_per_second:.2f} pictures/s, "
                        "{frames_per_cpu_second:.2f} per CPU second, speed-up {speedup:.2f}, {memory} MiB"
                    ).format(**result, memory=result["memory_bytes"] >> 20)
                )
    if json_path:
        path = Path(json_path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return results

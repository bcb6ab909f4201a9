"""Runs in a process of its own, so that a crash or an endless loop of the C code is seen from outside.

Reads one JSON object a line and answers with one: ``{"do": "encode", ...}`` or ``{"do": "bitstream", "data": base64}``.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import sys
from typing import Any

import numpy as np

from codec_native import CodecError, Encoder, Quality, Stream, extract, merge, split


def content(kind: str, width: int, height: int, count: int) -> list[tuple[np.ndarray, ...]]:
    rng = np.random.default_rng(width * 10007 + height)
    shapes = [(height, width), (height // 2, width // 2), (height // 2, width // 2)]
    if kind == "noise":
        return [tuple(rng.integers(0, 256, shape, dtype=np.uint8) for shape in shapes) for _ in range(count)]
    if kind in ("black", "white"):
        value = 0 if kind == "black" else 255
        return [tuple(np.full(shape, value, np.uint8) for shape in shapes)] * count
    still = tuple(
        rng.integers(0, 256, (shape[0] // 8 + 1, shape[1] // 8 + 1), dtype=np.uint8)
        .repeat(8, 0)
        .repeat(8, 1)[: shape[0], : shape[1]]
        for shape in shapes
    )
    if kind == "static":
        return [still] * count
    if kind == "checkerboard":
        return [
            tuple(((np.indices(shape).sum(0) + i) % 2 * 255).astype(np.uint8) for shape in shapes) for i in range(count)
        ]
    return [tuple(np.roll(plane, (2 * i, 5 * i), (0, 1)) for plane in still) for i in range(count)]


def encode(task: dict[str, Any]) -> dict[str, Any]:
    settings = dict(task["settings"])
    if "qualities" in settings:
        settings["qualities"] = [Quality(**quality) for quality in settings["qualities"]]
    width, height, fps = settings.pop("width"), settings.pop("height"), settings.pop("fps", 30)
    with Encoder(width, height, fps, recon=True, **settings) as encoder:
        pictures = content(task["content"], width, height, task["frames"])
        packets = [packet for picture in pictures for packet in encoder.encode(picture)]
        packets += encoder.flush()
    streams: dict[int, bytes] = {}
    hashes: dict[int, dict[int, str]] = {}
    for packet in packets:
        streams[packet.quality] = streams.get(packet.quality, b"") + packet.data
        digest = hashlib.md5(b"".join(plane.tobytes() for plane in packet.recon)).hexdigest()
        hashes.setdefault(packet.quality, {})[packet.display_index] = digest
    return {
        "streams": [base64.b64encode(streams[q]).decode() for q in sorted(streams)],
        "recon": [[hashes[q][i] for i in sorted(hashes[q])] for q in sorted(hashes)],
    }


def bitstream(task: dict[str, Any]) -> dict[str, Any]:
    """Asks everything of a stream that the tool can do with it; each part may refuse."""
    stream = Stream(base64.b64decode(task["data"]))
    others = [Stream(base64.b64decode(other)) for other in task.get("beside", ())]
    tiles = stream.info.cols * stream.info.rows
    for index in range(len(stream)):
        stream.picture(index)
        with contextlib.suppress(IndexError):
            stream.tile(index, index % tiles)
    refused = 0
    works = [lambda: merge([stream, stream], [i % 2 for i in range(tiles)])]
    for turn in range(2 if others else 0):
        # each tile from another stream, and changes wherever the tool allows them
        works += [
            lambda turn=turn: merge(
                [stream, *others], lambda number: [(i + turn + number // 17) % (1 + len(others)) for i in range(tiles)]
            ),
            lambda turn=turn: merge([stream, *others], [(i + turn) % (1 + len(others)) for i in range(tiles)]),
        ]
    for tile in range(min(tiles, 4)):
        works += [lambda tile=tile: split(stream, tile), lambda tile=tile: extract(stream, tile)]
    for work in works:
        try:
            for _ in work():
                pass
        except CodecError:
            refused += 1
    return {"pictures": len(stream), "refused": refused}


def main() -> None:
    for line in sys.stdin:
        task = json.loads(line)
        try:
            answer = {"encode": encode, "bitstream": bitstream}[task["do"]](task)
        except CodecError as error:
            answer = {"error": type(error).__name__, "message": str(error)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()

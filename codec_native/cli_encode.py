"""``python -m codec_native encode``."""

from __future__ import annotations

import argparse
import json
import math
import resource
import time
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from codec_native.cli_input import Source, open_source
from codec_native.cli_progress import Progress
from codec_native.encoder import KEY_TYPES, PRESETS, PROJECTIONS, SIMD_LEVELS, STEREO_LAYOUTS, Encoder, Packet, Quality
from codec_native.errors import SettingsError
from codec_native.i18n import gettext as _


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("input", metavar="IN", help=_("a .y4m file, - for YUV4MPEG2 on standard input, or any video"))
    parser.add_argument("output", metavar="OUT.hevc", help=_("the HEVC byte stream to write"))
    parser.add_argument("--preset", choices=PRESETS, default="superfast")
    rate = parser.add_mutually_exclusive_group()
    rate.add_argument("--qp", type=float, metavar="N", help=_("constant quantiser, 0 to 51"))
    rate.add_argument("--crf", type=float, metavar="N", help=_("constant quality, 0 to 51"))
    rate.add_argument("--bitrate", type=int, metavar="K", help=_("average rate in kbit/s"))
    parser.add_argument("--maxrate", type=int, metavar="K", help=_("highest rate into the decoder's buffer, kbit/s"))
    parser.add_argument("--bufsize", type=int, metavar="K", help=_("the decoder's buffer, kbit"))
    parser.add_argument("--cbr", action="store_true", help=_("with --bitrate: bounded picture sizes for live streams"))
    parser.add_argument("--keyint", type=int, metavar="N", help=_("pictures from one random-access point to the next"))
    parser.add_argument(
        "--keytype", choices=KEY_TYPES, default="idr", help=_("how random-access points after the first are coded")
    )
    parser.add_argument(
        "--gop", type=int, metavar="N", help=_("pictures of a hierarchy of B pictures: 1, 2, 4, 8 or 16")
    )
    parser.add_argument("--refs", type=int, metavar="N", help=_("reference pictures, 1 to 4"))
    parser.add_argument("--tiles", metavar="CxR", help=_("tile columns and rows"))
    parser.add_argument("--mcts", action="store_true", help=_("tiles that do not depend on each other, for merging"))
    parser.add_argument("--low-delay", action="store_true", help=_("no B pictures and no reordering"))
    parser.add_argument(
        "--tile-refresh",
        type=int,
        metavar="N",
        help=_("low delay: code each tile without references once in N pictures, in turn"),
    )
    parser.add_argument(
        "--qualities",
        metavar="0,6,12",
        help=_("QP offsets of several qualities in one pass; writes OUT.q0.hevc, OUT.q1.hevc ..."),
    )
    parser.add_argument(
        "--key-group",
        type=int,
        metavar="N",
        help=_(
            "with --mcts: write each quality a second time, with only every N-th random-access point "
            "and P pictures at the others; writes OUT.q0.hevc, OUT.c0.hevc ..."
        ),
    )
    parser.add_argument("--threads", type=int, default=0, metavar="N", help=_("worker threads; 0: one per processor"))
    parser.add_argument("--simd", choices=SIMD_LEVELS, default="auto")
    parser.add_argument(
        "--projection",
        choices=PROJECTIONS,
        default="flat",
        help=_("erp: an equirectangular 360-degree picture, coded by what a viewer sees of it"),
    )
    parser.add_argument("--stereo", choices=STEREO_LAYOUTS, default="mono")
    parser.add_argument("--aq", type=float, metavar="X", help=_("strength of adaptive quantisation, 0 to 2"))
    parser.add_argument("--hash", action="store_true", help=_("write the MD5 of every picture for decoders to check"))
    parser.add_argument(
        "--recon", metavar="R.yuv", help=_("also write the reconstructed pictures, I420, display order")
    )
    parser.add_argument("--frames", type=int, metavar="N", help=_("encode at most N pictures"))
    parser.add_argument("--json", action="store_true", help=_("print a summary line in JSON"))


def encoder_options(args: argparse.Namespace, source: Source) -> dict[str, Any]:
    options: dict[str, Any] = {
        "qp": args.qp,
        "crf": args.crf,
        "bitrate": args.bitrate,
        "maxrate": args.maxrate,
        "bufsize": args.bufsize,
        "cbr": args.cbr,
        "keyint": args.keyint,
        "key_type": args.keytype,
        "gop_size": args.gop,
        "refs": args.refs,
        "tiles": args.tiles,
        "mcts": args.mcts,
        "low_delay": args.low_delay,
        "tile_refresh": args.tile_refresh,
        "threads": args.threads,
        "simd": args.simd,
        "projection": args.projection,
        "stereo": args.stereo,
        "aq_strength": args.aq,
        "hash_sei": args.hash,
        "recon": bool(args.recon),
        "full_range": source.full_range,
        "colour_primaries": source.colour[0],
        "transfer": source.colour[1],
        "matrix": source.colour[2],
    }
    if args.qualities:
        try:
            options["qualities"] = [Quality(qp_offset=float(part)) for part in args.qualities.split(",")]
        except ValueError:
            raise SettingsError(_("--qualities takes numbers separated by commas, for example 0,6,12.")) from None
    if args.key_group is not None:
        entered: list[Quality] = options.get("qualities", [Quality()])
        options["qualities"] = entered + [replace(quality, continues=True) for quality in entered]
        options["key_group"] = args.key_group
    return options


def output_names(path: Path, qualities: Sequence[Quality]) -> list[Path]:
    """A file for each quality; several have a number, and a letter that says whether they continue."""
    if len(qualities) < 2:
        return [path]
    kinds = ["c" if quality.continues else "q" for quality in qualities]
    return [path.with_suffix(f".{kind}{kinds[:i].count(kind)}{path.suffix}") for i, kind in enumerate(kinds)]


class Outputs:
    """The files of one run: a stream per quality, and the reconstruction of the first."""

    def __init__(self, names: Sequence[Path], recon: str | None, picture_bytes: int) -> None:
        self._files = ExitStack()
        self.streams: list[BinaryIO] = [self._files.enter_context(name.open("wb")) for name in names]
        self.recon: BinaryIO | None = None
        if recon:
            recon_path = Path(recon)
            self.recon = self._files.enter_context(recon_path.open("wb"))
        self._picture_bytes = picture_bytes

    def write(self, packet: Packet) -> None:
        self.streams[packet.quality].write(packet.data)
        if self.recon and packet.recon and packet.quality == 0:
            self.recon.seek(packet.display_index * self._picture_bytes)
            for plane in packet.recon:
                self.recon.write(np.ascontiguousarray(plane).data)

    def close(self) -> None:
        self._files.close()


class Summary:
    """Adds up what the packets of the best quality say."""

    def __init__(self) -> None:
        self.frames = self.bytes = self.keyframes = 0
        self.sse = [0, 0, 0]
        self.ws_sse = self.qp = 0.0
        self.start = time.perf_counter()
        usage = resource.getrusage(resource.RUSAGE_SELF)
        self.cpu_start = usage.ru_utime + usage.ru_stime

    def add(self, packet: Packet) -> None:
        if packet.quality:
            return
        self.frames += 1
        self.bytes += len(packet.data)
        self.keyframes += packet.keyframe
        self.qp += packet.average_qp
        self.ws_sse += packet.ws_sse
        for i in range(3):
            self.sse[i] += packet.sse[i]

    def kbps(self, fps: float) -> float:
        return self.bytes * 8 / 1000 * fps / max(self.frames, 1)

    def as_dict(self, encoder: Encoder, args: argparse.Namespace) -> dict[str, Any]:
        luma = encoder.width * encoder.height * max(self.frames, 1)
        seconds = time.perf_counter() - self.start
        usage = resource.getrusage(resource.RUSAGE_SELF)

        def decibel(sse: float, samples: float) -> float | None:
            return round(10 * math.log10(255 * 255 * samples / sse), 4) if sse > 0 else None

        return {
            "width": encoder.width,
            "height": encoder.height,
            "fps": float(encoder.fps),
            "preset": args.preset,
            "threads": args.threads,
            "simd": encoder.simd,
            "tiles": len(encoder.tiles),
            "frames": self.frames,
            "keyframes": self.keyframes,
            "bytes": self.bytes,
            "kbps": round(self.kbps(float(encoder.fps)), 3),
            "average_qp": round(self.qp / max(self.frames, 1), 3),
            "psnr_y": decibel(self.sse[0], luma),
            "psnr_u": decibel(self.sse[1], luma / 4),
            "psnr_v": decibel(self.sse[2], luma / 4),
            "ws_psnr_y": decibel(self.ws_sse, luma),
            "seconds": round(seconds, 3),
            "cpu_seconds": round(usage.ru_utime + usage.ru_stime - self.cpu_start, 3),
            "frames_per_second": round(self.frames / max(seconds, 1e-9), 3),
            "memory_bytes": encoder.memory,
        }


def run(args: argparse.Namespace) -> int:
    """Encodes; returns the exit status. Raises :class:`CodecError` or ``OSError``."""
    if args.frames is not None and args.frames < 1:
        raise SettingsError(_("--frames must be at least 1."))
    source = open_source(args.input)
    options = encoder_options(args, source)
    with Encoder(source.width, source.height, source.fps, preset=args.preset, **options) as encoder:
        names = output_names(Path(args.output), options.get("qualities", ()))
        outputs = Outputs(names, args.recon, source.width * source.height * 3 // 2)
        total = min(filter(None, (source.frames, args.frames)), default=None)
        progress, summary = Progress(total), Summary()
        try:
            frames: Iterable[Any] = islice(source, args.frames) if args.frames else source
            for number, frame in enumerate(frames, 1):
                take(encoder.encode(frame), outputs, summary)
                progress.update(number, f"{summary.kbps(float(encoder.fps)):.0f} kbit/s")
            take(encoder.flush(), outputs, summary)
        finally:
            progress.finish()
            outputs.close()
            source.close()
        result = summary.as_dict(encoder, args)
    if result["frames"] == 0:
        Path(args.output).unlink(missing_ok=True)
        raise SettingsError(_("The input holds no pictures."))
    if args.json:
        print(json.dumps(result))
    else:
        print(
            _(
                "{frames} pictures, {kbps:.0f} kbit/s, QP {average_qp:.1f}, {seconds:.1f} s ({frames_per_second:.1f} "
                "pictures/s), {simd}"
            ).format(**result)
        )
    return 0


def take(packets: Iterable[Packet], outputs: Outputs, summary: Summary) -> None:
    for packet in packets:
        outputs.write(packet)
        summary.add(packet)

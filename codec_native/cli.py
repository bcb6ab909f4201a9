"""The command ``python -m codec_native``: encode, merge, split, info, bench.

Exit status: 0 done, 1 the work failed (the reason is on standard error), 2 the command line is wrong, 130 interrupted.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from codec_native import bench_encode, cli_bitstream, cli_encode
from codec_native.errors import BitstreamError, CodecError
from codec_native.i18n import gettext as _


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m codec_native", description=_("HEVC encoder and bitstream tool for tiled 360-degree video.")
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    encode = commands.add_parser("encode", help=_("encode a video to HEVC"))
    cli_encode.add_arguments(encode)
    encode.set_defaults(run=cli_encode.run)

    merge = commands.add_parser("merge", help=_("put tiles of several streams together"))
    cli_bitstream.add_merge_arguments(merge)
    merge.set_defaults(run=cli_bitstream.run_merge)

    split = commands.add_parser("split", help=_("take a tiled stream apart into tile tracks"))
    cli_bitstream.add_split_arguments(split)
    split.set_defaults(run=cli_bitstream.run_split)

    info = commands.add_parser("info", help=_("say what is in a stream"))
    cli_bitstream.add_info_arguments(info)
    info.set_defaults(run=cli_bitstream.run_info)

    bench = commands.add_parser("bench", help=_("measure the kernels or the encoder on this machine"))
    bench.add_argument("what", choices=("kernels", "encode"))
    bench.add_argument("--json", metavar="F", help=_("write the results to this file"))
    bench.add_argument(
        "--frames", type=int, default=bench_encode.DEFAULT_FRAMES, metavar="N", help=_("encode: pictures per run")
    )
    bench.set_defaults(run=run_bench)
    return parser


def run_bench(args: argparse.Namespace) -> int:
    if args.what == "encode":
        bench_encode.run(args.json, frames=args.frames)
        return 0
    from codec_native import bench_kernels  # its C is compiled on first use

    bench_kernels.run(args.json)
    return 0


def explain(error: CodecError) -> str:
    """The error in the reader's language, with the place in the stream where it is known."""
    text = error.localized()
    if isinstance(error, BitstreamError):
        places = ((_("stream {}"), error.stream), (_("picture {}"), error.picture), (_("tile {}"), error.tile))
        place = [name.format(value) for name, value in places if value is not None]
        if place:
            text = f"{text} ({', '.join(place)})"
    return text


def main(argv: Sequence[str] | None = None) -> int:
    args = build_parser().parse_args(argv)
    try:
        return int(args.run(args))
    except CodecError as error:
        print(_("Error: {text}").format(text=explain(error)), file=sys.stderr)
    except OSError as error:
        print(
            _("Error: {path}: {reason}").format(path=error.filename or "", reason=error.strerror or error),
            file=sys.stderr,
        )
    except KeyboardInterrupt:
        print(_("Interrupted."), file=sys.stderr)
        return 130
    return 1

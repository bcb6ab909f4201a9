"""``python -m codec_native merge | split | info``."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from codec_native.bitstream import Stream, extract, merge, split
from codec_native.errors import BitstreamError
from codec_native.i18n import gettext as _


def add_merge_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "inputs",
        nargs="+",
        metavar="IN.hevc",
        help=_("streams of the same grid, or tile tracks; continuing ones (encode --key-group) beside the others"),
    )
    parser.add_argument("--grid", required=True, metavar="CxR", help=_("tile columns and rows"))
    parser.add_argument(
        "--pick",
        required=True,
        metavar="DIGITS",
        help=_(
            "for each tile in raster order the number of its stream, counted from 0; "
            "with commas for more than ten streams"
        ),
    )
    parser.add_argument("-o", "--output", required=True, metavar="OUT.hevc")
    parser.add_argument("--json", action="store_true", help=_("print a summary line in JSON"))


def add_split_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("input", metavar="IN.hevc")
    parser.add_argument(
        "-o", "--output", required=True, metavar="DIRECTORY", help=_("folder for the files, made when missing")
    )
    parser.add_argument(
        "--alone", action="store_true", help=_("rewrite headers so that each tile plays as a stream of its own")
    )
    parser.add_argument("--json", action="store_true", help=_("print a summary line in JSON"))


def add_info_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("input", metavar="IN.hevc")
    parser.add_argument("--pictures", action="store_true", help=_("also list every picture"))
    parser.add_argument("--json", action="store_true", help=_("print JSON"))


def parse_grid(text: str) -> tuple[int, int]:
    parts = text.lower().split("x")
    if len(parts) != 2 or not all(part.isdecimal() and int(part) > 0 for part in parts):
        raise BitstreamError(
            _("The grid must look like 6x4 (columns x rows), not {text}.").format(text=repr(text)), kind="argument"
        )
    return int(parts[0]), int(parts[1])


def parse_pick(text: str, tiles: int, streams: int) -> list[int]:
    parts = text.split(",") if "," in text else list(text)
    if not all(part.isdecimal() for part in parts):
        raise BitstreamError(_("--pick must consist of digits, not {text}.").format(text=repr(text)), kind="argument")
    pick = [int(part) for part in parts]
    if len(pick) != tiles:
        raise BitstreamError(
            _("--pick names {count} tiles, but the grid has {tiles}.").format(count=len(pick), tiles=tiles),
            kind="argument",
        )
    if max(pick) >= streams:
        raise BitstreamError(
            _("--pick names stream {number}, but only {count} are given (counted from 0).").format(
                number=max(pick), count=streams
            ),
            kind="argument",
        )
    return pick


def write_units(path: Path, units: Iterable[bytes]) -> tuple[int, int]:
    """Writes access units; leaves no broken file behind when something is wrong with them. (pictures, bytes)."""
    count = size = 0
    try:
        with path.open("wb") as file:
            for unit in units:
                file.write(unit)
                count += 1
                size += len(unit)
    except BitstreamError:
        path.unlink(missing_ok=True)
        raise
    return count, size


def open_stream(path: str, number: int | None = None) -> Stream:
    try:
        return Stream.from_file(path)
    except BitstreamError as error:
        error.stream = number
        error.args = (f"{path}: {error.localized()}",)
        raise


def run_merge(args: argparse.Namespace) -> int:
    columns, rows = parse_grid(args.grid)
    pick = parse_pick(args.pick, columns * rows, len(args.inputs))
    streams = [open_stream(path, i) for i, path in enumerate(args.inputs)]
    for path, stream in zip(args.inputs, streams, strict=True):
        if (stream.info.cols, stream.info.rows) != (columns, rows):
            raise BitstreamError(
                _("{path} has a grid of {cols}x{rows} tiles, not {grid}.").format(
                    path=path, cols=stream.info.cols, rows=stream.info.rows, grid=args.grid
                ),
                kind="mismatch",
            )
    if Path(args.output).exists() and any(Path(args.output).samefile(path) for path in args.inputs):
        raise BitstreamError(_("The output would overwrite one of the inputs."), kind="argument")
    pictures, size = write_units(Path(args.output), merge(streams, pick))
    summary = {"pictures": pictures, "bytes": size, "tiles": columns * rows}
    text = _("{pictures} pictures, {tiles} tiles, {bytes} bytes").format(**summary)
    print(json.dumps(summary) if args.json else text)
    return 0


def run_split(args: argparse.Namespace) -> int:
    stream = open_stream(args.input)
    folder = Path(args.output)
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for tile in range(stream.info.cols * stream.info.rows):
        path = folder / f"{Path(args.input).stem}.t{tile:03}.hevc"
        pictures, size = write_units(path, extract(stream, tile) if args.alone else split(stream, tile))
        files.append({"file": path.name, "tile": tile, "pictures": pictures, "bytes": size})
    if args.json:
        print(json.dumps({"tiles": len(files), "files": files}))
    else:
        print(_("{count} tile tracks in {folder}").format(count=len(files), folder=folder))
    return 0


def run_info(args: argparse.Namespace) -> int:
    stream = open_stream(args.input)
    pictures = [asdict(stream.picture(i)) for i in range(len(stream))] if args.pictures else None
    if args.json:
        print(json.dumps({**asdict(stream.info), **({"list": pictures} if pictures is not None else {})}))
        return 0
    info = stream.info
    values = asdict(info)
    print(
        _(
            "{shown_width}x{shown_height}, HEVC profile {profile}, level {level:.1f} ({tier} tier), {bit_depth} bit"
        ).format(**values)
    )
    print(_("{pictures} pictures, {keyframes} random-access points").format(**values))
    if info.fps:
        print(_("{fps:.3f} pictures per second").format(fps=info.fps))
    print(
        _("tiles: {cols}x{rows}").format(cols=info.cols, rows=info.rows)
        + (_(", one slice each") if info.one_slice_per_tile and info.cols * info.rows > 1 else "")
        + (_(", motion-constrained") if info.motion_constrained else "")
    )
    if info.equirectangular:
        print(_("equirectangular 360-degree picture"))
    if info.track_tile is not None:
        print(_("tile track of tile {tile}").format(tile=info.track_tile))
    for i, picture in enumerate(pictures or ()):
        print(
            f"{i:6} {picture['slice_types']:>3} nal {picture['nal_type']:2} poc {picture['poc_lsb']:5} "
            f"{picture['size']:9} bytes{'  *' if picture['keyframe'] else ''}"
        )
    return 0

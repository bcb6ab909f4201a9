"""Tiled delivery against its yardsticks -> build/bench/tiles.json.

    make bench-tiles                                    the whole measurement (7680x3840: well over an hour)
    .venv/bin/python tests/bench/tiles.py --small       1920x960, a few minutes
    .venv/bin/python tests/bench/tiles.py --only pan8k --seconds 30

Somebody watches a tiled title (`tiles_session.py`: the player's own decisions in Node over a simulated link) with a
head trace (`head_traces.py`). What was given to the decoder is merged and decoded, and nearly seven times a second the
view is compared with the source's: luma PSNR of a 90 x 90 degree view, averaged over the session in dB. The same views
are taken of
  full      all tiles in the best quality, entered once a second,
  uniform   the whole sphere as one picture by our encoder, at the bits of the session,
  x265      the same by libx265 superfast (its CPU time beside ours is in tiles-detail.json).
The last two are coded at constant quality around those bits; their dB at the session's bits are interpolated between
the two nearest runs, linearly over the logarithm of the bits. docs/tiles.md, "measurement", says what the fields mean.
"""

import argparse
import json
import math
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from streaming.library.tiled.encode import CRF, OFFSETS  # noqa: E402
from streaming.library.tiled.grid import Grid, make_grid  # noqa: E402
from tests.bench.head_traces import Trace, make_trace  # noqa: E402
from tests.bench.tiles_coded import (  # noqa: E402
    Coded,
    Errors,
    Keep,
    around,
    code_played_on,
    code_tiles,
    code_whole,
    code_x265,
    looped,
    watched_pictures,
    work_folder,
)
from tests.bench.tiles_session import BANDWIDTHS, MOMENTS_PER_SAMPLE, Watched, watch  # noqa: E402
from tests.bench.tiles_title import FPS, Source, panning_still, scaled_clip, standing_still, steadied_still  # noqa: E402
from tests.bench.tiles_view import View, mean_square, tile_squares  # noqa: E402

# Pictures of the sources, which run forwards and backwards: two seconds, as far as the ladder has between random-access
# pictures.
SOURCE_PICTURES = 2 * FPS
# A view counts as full when this share of it is in tiles that are within so many decibels of the best quality, entered
# or played on, whichever of the two is worse there; the rest is slivers at its edge.
FULL_SHARE, FULL_WITHIN = 0.9, 0.5


@dataclass(frozen=True)
class Title:
    """What to measure, in the packager's qualities. `whole_crf`: where the search for the whole sphere's begins."""

    source: Callable[[Path, int], Source | None]
    grid: tuple[int, int]
    whole_crf: float
    cap_kbps: int
    runs: tuple[tuple[str, int, str], ...]
    segment_s: float = 1.0


RUNS = (("explore", 1, "steady25"), ("focused", 2, "steady25"), ("restless", 3, "steady25"), ("explore", 4, "wave18"))
SMALL_RUNS = (("explore", 1, "steady25"),)
TITLES = {
    "small": Title(lambda folder, count: panning_still(folder, 1920, 960, count), (6, 3), 28, 7_500, SMALL_RUNS),
    "pan4k": Title(lambda folder, count: panning_still(folder, 3840, 1920, count), (10, 6), 28, 10_500, RUNS),
    "pan8k": Title(lambda folder, count: panning_still(folder, 7680, 3840, count), (12, 6), 30, 15_000, RUNS),
    "steady8k": Title(lambda folder, count: steadied_still(folder, 7680, 3840, count), (12, 6), 27, 15_000, RUNS),
    "still8k": Title(lambda folder, count: standing_still(folder, 7680, 3840, count), (12, 6), 30, 15_000, RUNS),
    "still8k-half": Title(
        lambda folder, count: standing_still(folder, 7680, 3840, count), (12, 6), 30, 15_000, RUNS, segment_s=0.5
    ),
    "overpass4k": Title(
        lambda folder, count: scaled_clip(folder, "valiant_overpass.mp4", 3840, 1920, count),
        (8, 4),
        33,
        4_000,
        RUNS[:2],
    ),
}
WHOLE = ("pan8k", "steady8k", "still8k", "overpass4k")


# --- what the viewer saw ------------------------------------------------------------------------


def view_errors(
    coded: Coded, played_on: Errors, watched: Watched, others: list[Errors]
) -> tuple[np.ndarray, np.ndarray]:
    """Mean squared errors of the views, shape (moments, 2 + others): as watched, all tiles in full quality, and the
    others; and which tiles were in full quality as the decoder showed them, shape (segments, tiles)."""
    source, moments = coded.source, watched.moments[::MOMENTS_PER_SAMPLE]
    view = View(source.width, source.height, coded.grid)
    at = {int(moment.media * FPS + 1e-6): i for i, moment in enumerate(moments)}
    found = np.full((len(moments), 2 + len(others)), np.nan)
    full = [
        np.maximum(tile_squares(entered, coded.grid), tile_squares(on, coded.grid))
        for entered, on in zip(coded.full.planes, played_on.planes, strict=True)
    ]
    squares = np.zeros((2, len(watched.shown), coded.grid.columns * coded.grid.rows))
    for picture, luma in enumerate(watched_pictures(coded, watched.shown)):
        i = at.get(picture)
        if i is None:
            continue
        rows, columns = view.samples(moments[i].yaw, moments[i].pitch)
        truth = source.picture(picture)[rows, columns].astype(np.int16)
        found[i, 0] = np.mean(np.square(luma[rows, columns] - truth, dtype=np.int32))
        shown = picture_of_source(picture, source.count)
        for k, errors in enumerate([coded.full, *others], start=1):
            found[i, k] = mean_square(errors.planes[shown][rows, columns])
        plain = source.picture(picture)[: source.height]
        squares[0, picture // coded.gop] += tile_squares(np.maximum(luma, plain) - np.minimum(luma, plain), coded.grid)
        squares[1, picture // coded.gop] += full[shown]
    if np.isnan(found).any():
        raise RuntimeError("the decoder gave fewer pictures than were watched")
    return found, squares[0] <= squares[1] * 10 ** (FULL_WITHIN / 10)


def picture_of_source(place: int, count: int) -> int:
    """Which picture of the source a film that runs forwards and backwards shows."""
    turn, at = divmod(place, count)
    return count - 1 - at if turn % 2 else at


def decibel(squares: np.ndarray) -> np.ndarray:
    """Mean over the moments of the PSNR of each."""
    return np.mean(10 * np.log10(255**2 / np.maximum(squares, 1e-3)), axis=0)


def at_bits(runs: list[Errors], psnr: np.ndarray, kbps: float) -> float:
    """PSNR at a bit rate between two runs. ValueError: the runs do not reach it."""
    rates = np.log([run.kbps for run in runs])
    if not rates[0] <= np.log(kbps) <= rates[-1]:
        raise ValueError(f"{kbps:.0f} kbit/s is outside the runs at {[round(run.kbps) for run in runs]}")
    return float(np.interp(np.log(kbps), rates, psnr))


def times_to_full(coded: Coded, watched: Watched, trace: Trace, sharp: np.ndarray) -> list[float]:
    """For each rapid turn, seconds from its end until the view is in full quality; 0 where it never was not.

    A turn that another one follows before that, or the session's end, counts with the time until then, unless the view
    stays unfinished for less than a second: nobody can say when it would have been full. `sharp`: as `view_errors`
    says.
    """
    walls = np.array([moment.wall for moment in watched.moments])
    full = full_shares(coded, watched, sharp) >= FULL_SHARE
    found = []
    ends = [min(turn.start, walls[-1]) for turn in trace.turns[1:]] + [walls[-1]]
    for turn, end in zip(trace.turns, ends, strict=True):
        after = np.flatnonzero((walls >= turn.end) & (walls <= end))
        if turn.end < walls[0] or not len(after):
            continue
        reached = after[full[after]]
        if len(reached):
            found.append(float(walls[reached[0]] - turn.end))
        elif end - turn.end >= 1:
            found.append(float(end - turn.end))
    return found


def full_shares(coded: Coded, watched: Watched, sharp: np.ndarray) -> np.ndarray:
    """How much of each moment's view was in full quality."""
    view = View(coded.source.width, coded.source.height, coded.grid, rays=48)
    shares = np.empty(len(watched.moments))
    for i, moment in enumerate(watched.moments):
        segment = int((moment.media + 1e-6) * FPS / coded.gop)
        shares[i] = np.mean(sharp[segment, view.tiles(*view.samples(moment.yaw, moment.pitch))])
    return shares


# --- one title ----------------------------------------------------------------------------------


def measure(name: str, title: Title, keep: Keep, seconds: float, say: Callable[[str], None]) -> list[dict[str, Any]]:
    source = title.source(keep.folder, SOURCE_PICTURES)
    if source is None:
        say(f"{name}: left out, its clip is not here")
        return []
    grid: Grid = make_grid(source.width, source.height, *title.grid)
    gop = round(title.segment_s * FPS)
    label = f"{source.name}_{source.count}_{grid.columns}x{grid.rows}_{gop}_{CRF:g}_{OFFSETS}"
    coded: Coded = keep(f"{label}_tiles", lambda: code_tiles(keep.folder, source, grid, gop, CRF, OFFSETS))
    say(
        f"{name}: coded in {coded.cpu_seconds:.0f} CPU s; "
        + ", ".join(
            f"{entry:.0f} kbit/s, played on {on:.0f}, {quality['psnr']:.2f} dB"
            for (entry, on), quality in zip(coded.rates, coded.index["qualities"], strict=True)
        )
    )
    played_on: Errors = keep(f"{label}_played_on", lambda: code_played_on(keep.folder, coded))
    index = looped(coded.index, math.ceil(seconds))
    watches = []
    for profile, seed, network in title.runs:
        trace = make_trace(profile, seconds * 2 + 10, seed)
        watched = watch(index, trace, BANDWIDTHS[network], seconds, capKbps=title.cap_kbps)
        say(f"{name}: {trace.name} {network}: {watched.kbps:.0f} kbit/s, {watched.stall_seconds:.2f} s stalled")
        watches.append((trace, network, watched))
    rates = [watched.kbps for _, _, watched in watches]

    def whole(code: Callable[[Path, Source, float], Errors]) -> list[Errors]:
        return around(
            lambda crf: keep(
                f"{source.name}_{source.count}_{code.__name__}_{crf:g}", lambda: code(keep.folder, source, crf)
            ),
            min(rates),
            max(rates),
            title.whole_crf,
        )

    ours, theirs = whole(code_whole), whole(code_x265)
    say(f"{name}: whole sphere {[round(run.kbps) for run in ours]}, x265 {[round(run.kbps) for run in theirs]} kbit/s")
    rows = []
    for trace, network, watched in watches:
        squares, sharp = view_errors(coded, played_on, watched, [*ours, *theirs])
        psnr = decibel(squares)
        to_full = times_to_full(coded, watched, trace, sharp)
        row = {
            "title": source.name if title.segment_s == 1 else f"{source.name}_segments_of_{title.segment_s:g}_s",
            "cap_kbps": title.cap_kbps,
            "trace": f"{trace.name}-{network}",
            "kbps": round(watched.kbps),
            "viewport_psnr": round(float(psnr[0]), 3),
            "full_kbps": round(coded.full.kbps),
            "full_viewport_psnr": round(float(psnr[1]), 3),
            "uniform_viewport_psnr": round(at_bits(ours, psnr[2 : 2 + len(ours)], watched.kbps), 3),
            "x265_viewport_psnr": round(at_bits(theirs, psnr[2 + len(ours) :], watched.kbps), 3),
            "m2hq_p50_s": round(float(np.percentile(to_full, 50)), 3) if to_full else None,
            "m2hq_p95_s": round(float(np.percentile(to_full, 95)), 3) if to_full else None,
            "stall_s": round(watched.stall_seconds, 2),
        }
        pooled = 10 * np.log10(255**2 / squares.mean(axis=0))
        rows.append(
            {
                **row,
                "detail": {
                    "turns": len(to_full),
                    "full_played_on_kbps": round(coded.rates[0][1]),
                    "continued_share": round(float(np.mean([one.continued.mean() for one in watched.shown])), 3),
                    "full_share": round(float(np.mean(full_shares(coded, watched, sharp))), 3),
                    "start_s": watched.start_seconds,
                    "viewport_psnr_of_mean_error": round(float(pooled[0]), 3),
                    "full_viewport_psnr_of_mean_error": round(float(pooled[1]), 3),
                    "uniform_viewport_psnr_of_mean_error": round(
                        at_bits(ours, pooled[2 : 2 + len(ours)], watched.kbps), 3
                    ),
                    "x265_cpu_over_ours": round(
                        sum(r.cpu_seconds for r in theirs)
                        / len(theirs)
                        / (sum(r.cpu_seconds for r in ours) / len(ours)),
                        2,
                    ),
                    "qualities": [
                        {"kbps": round(entry), "played_on_kbps": round(on), "psnr": round(quality["psnr"], 2)}
                        for (entry, on), quality in zip(coded.rates, coded.index["qualities"], strict=True)
                    ],
                },
            }
        )
        say(json.dumps(rows[-1]))
    return rows


def write(rows: list[dict[str, Any]], folder: Path) -> None:
    """tiles.json with the agreed fields, tiles-detail.json with what else was measured."""
    folder.mkdir(parents=True, exist_ok=True)
    plain = [{key: value for key, value in row.items() if key != "detail"} for row in rows]
    (folder / "tiles.json").write_text(json.dumps(plain, indent=1) + "\n")
    (folder / "tiles-detail.json").write_text(json.dumps(rows, indent=1) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--small", action="store_true", help="the small title only")
    parser.add_argument("--only", choices=sorted(TITLES), help="one title")
    parser.add_argument("--seconds", type=float, default=60, help="length of each session")
    parser.add_argument("--reuse", action="store_true", help="take what an earlier run has coded")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "bench")
    given = parser.parse_args()
    names = ["small"] if given.small else [given.only] if given.only else WHOLE
    began, rows, keep = time.monotonic(), [], Keep(work_folder(), given.reuse)
    for name in names:
        rows += measure(
            name,
            TITLES[name],
            keep,
            given.seconds,
            lambda text: print(f"[{time.monotonic() - began:6.0f} s] {text}", flush=True),
        )
    write(rows, given.out)
    print(f"{given.out / 'tiles.json'}: {len(rows)} sessions")


if __name__ == "__main__":
    main()

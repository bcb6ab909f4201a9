"""Gaze samples as numbers: how a batch and a minute are written down, and how many minutes become one picture.

A sample is the direction of the view on the equirectangular picture, yaw -180..180 and pitch -90..90 degrees, five
times a second of media time. Bytes are pairs of int16 (yaw, pitch, hundredths of a degree, little-endian), NOT_SEEN
where a moment was not seen.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

PER_SECOND = 5
PER_MINUTE = 60 * PER_SECOND
NOT_SEEN = -32768
YAW_MOST, PITCH_MOST = 18_000, 9_000
# The grid of what is told about many people: 10 degrees, about the doubt of a head's direction about the eyes'.
COLUMNS, ROWS = 36, 18
CELLS = COLUMNS * ROWS

Samples = npt.NDArray[np.int16]
Minute = tuple[int, int, bytes]


def read_batch(data: bytes, most: int) -> Samples:
    """A batch as the browser sends it, shape (n, 2). ValueError: no samples, more than `most`, or out of range."""
    if not data or len(data) % 4 or len(data) // 4 > most:
        raise ValueError("a batch holds whole pairs, at least one")
    samples = np.frombuffer(data, "<i2").reshape(-1, 2)
    seen = samples[:, 0] != NOT_SEEN
    yaw, pitch = samples[:, 0].astype(np.int32), samples[:, 1].astype(np.int32)
    wrong = seen & ((np.abs(yaw) > YAW_MOST) | (np.abs(pitch) > PITCH_MOST))
    if wrong.any() or (samples[~seen, 1] != NOT_SEEN).any():
        raise ValueError("a direction lies outside the sphere")
    return samples


def cut_into_minutes(first: int, samples: Samples) -> Iterable[tuple[int, int, Samples]]:
    """(minute, place of the first sample in it, samples) for a batch whose first sample has the index `first`."""
    at = 0
    while at < len(samples):
        minute, place = divmod(first + at, PER_MINUTE)
        count = min(PER_MINUTE - place, len(samples) - at)
        yield minute, place, samples[at : at + count]
        at += count


def lay_over(stored: bytes | None, place: int, samples: Samples) -> bytes:
    """A minute's bytes with seen samples written over what is there."""
    minute = np.full((PER_MINUTE, 2), NOT_SEEN, "<i2")
    if stored:
        kept = np.frombuffer(stored, "<i2").reshape(-1, 2)
        minute[: len(kept)] = kept
    seen = samples[:, 0] != NOT_SEEN
    minute[place : place + len(samples)][seen] = samples[seen]
    return minute.tobytes()


@dataclass(frozen=True)
class Grid:
    """What a group looked at: for each second the number of people, and how their looks fall on COLUMNS x ROWS cells.

    `shares` has the shape (seconds, CELLS), row-major from the top left; a second's shares sum to 1 where `people` is
    not 0. Each person counts alike, however often they watched.
    """

    people: npt.NDArray[np.int32]
    shares: npt.NDArray[np.float32]
    everybody: int


def cells_of(samples: npt.NDArray[np.int16]) -> npt.NDArray[np.int64]:
    """The cell of each sample (n, 2)."""
    yaw, pitch = samples[:, 0].astype(np.int64), samples[:, 1].astype(np.int64)
    column = (yaw + YAW_MOST) * COLUMNS // (2 * YAW_MOST) % COLUMNS
    row = np.minimum((PITCH_MOST - pitch) * ROWS // (2 * PITCH_MOST), ROWS - 1)
    return row * COLUMNS + column


def add_up(minutes: Iterable[Minute], seconds: int, least: int) -> Grid:
    """Many people's minutes, (person, minute, samples) sorted by person, as one grid of `seconds` seconds.

    least: a second that fewer people have seen stays empty, so that nobody can be told apart; if fewer are there at
    all, the grid is empty.
    """
    people = np.zeros(seconds, np.int32)
    shares = np.zeros((seconds, CELLS), np.float32)
    everybody = 0
    current: int | None = None
    gathered: list[npt.NDArray[np.int64]] = []

    def count_person() -> None:
        nonlocal everybody
        keys = np.concatenate(gathered) if gathered else np.empty(0, np.int64)
        gathered.clear()
        if not len(keys):
            return
        everybody += 1
        cells, times = np.unique(keys, return_counts=True)
        second = cells // CELLS
        seen = np.bincount(second, weights=times, minlength=seconds)
        shares.reshape(-1)[cells] += (times / seen[second]).astype(np.float32)
        people[seen > 0] += 1

    for person, minute, data in minutes:
        if person != current:
            count_person()
            current = person
        samples = np.frombuffer(data, "<i2").reshape(-1, 2)
        seen = np.flatnonzero(samples[:, 0] != NOT_SEEN)
        second = minute * 60 + seen // PER_SECOND
        inside = second < seconds
        gathered.append(second[inside] * CELLS + cells_of(samples[seen[inside]]))
    count_person()
    few = people < least
    shares[few] = 0
    people[few] = 0
    shares[~few] /= people[~few, None]
    return Grid(people, shares, everybody if everybody >= least else 0)


def sparse(grid: Grid) -> list[list[int]]:
    """For each second the cells that were looked at, as cell, weight pairs; the busiest cell of a second weighs 255."""
    told = []
    for shares in grid.shares:
        most = float(shares.max(initial=0.0))
        looked = np.flatnonzero(shares)
        pairs = np.stack([looked, np.maximum(1, np.rint(shares[looked] / most * 255))], axis=1) if most else looked
        told.append([int(number) for number in pairs.reshape(-1)])
    return told

"""How the camera of a film turned: whether it did, and then for every picture.

Each picture is registered against a reference. Nothing ever leaves a sphere's picture, so one reference lasts until the
scene itself has changed; then the picture before takes its place, and what lies between is multiplied. Where a picture
fits neither, the film was cut: the new shot begins as it was filmed.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from av.video.frame import VideoFrame

from streaming.library.encoders.base import VideoSettings, luma
from streaming.library.probe.timeline import Timeline
from streaming.library.steady.register import HEIGHT, WIDTH, Fit, Plane, Reference
from streaming.library.steady.rotation import Matrix, angle_of, orthonormal
from streaming.library.steady.track import Track
from streaming.library.transcode.segment import shaper
from streaming.library.transcode.source import Source

# A look at a film: so many pairs of pictures, so far apart. The camera turns if that much of them do, faster than that:
# at 8K, a degree a second is 0.7 samples a picture. A tripod that somebody touches sways less.
PLACES, APART_SECONDS = 12, 0.5
TURNING_SHARE, SLOWEST = 1 / 6, math.radians(1.0)
# A picture shows the reference's scene if it explains this share of it.
SAME_SCENE = 0.5
# A reference is worn when what it leaves has grown by this much, and by this many luma steps squared.
WORN, WORN_BY = 1.5, 4.0


def measure_turning(
    path: Path, facts: dict[str, Any], timeline: Timeline, progress: Callable[[float], None] = lambda part: None
) -> Track:
    """The track of a film. `facts`: the probe's. `progress`: 0 to 1."""
    shape = small(facts, timeline)
    with Source(path, timeline, facts["stream_index"], threads=2) as film:
        pictures = (luma(shape(frame)) for frame in film.pictures(0, timeline.frames))
        return track_of(counted(pictures, timeline.frames, progress))


def small(facts: dict[str, Any], timeline: Timeline) -> Callable[[VideoFrame], VideoFrame]:
    """Pictures as they are registered."""
    return shaper(VideoSettings("", WIDTH, HEIGHT, timeline.fps, 0, 0), facts["rotation"])


def counted(pictures: Iterable[Plane], count: int, progress: Callable[[float], None]) -> Iterator[Plane]:
    for done, picture in enumerate(pictures, start=1):
        yield picture
        progress(done / count)


def is_turning(path: Path, facts: dict[str, Any], timeline: Timeline) -> bool:
    """A look at some places of the film, which takes as long as decoding half a second at each."""
    shape, apart = small(facts, timeline), max(1, round(APART_SECONDS * float(timeline.fps)))
    places = looked_at(timeline, timeline.frames - 1 - apart)
    turning = 0
    with Source(path, timeline, facts["stream_index"], threads=2) as film:
        for place in places:
            first, *_, last = (luma(shape(frame)) for frame in film.pictures(place, apart + 1))
            fit = Reference(first).fit(last, np.eye(3))
            turning += fit.explained > SAME_SCENE and angle_of(fit.rotation) > SLOWEST * APART_SECONDS
    return bool(places) and turning >= TURNING_SHARE * len(places)


def looked_at(timeline: Timeline, last: int) -> list[int]:
    """Pictures spread over the film, none after `last`; where there are key frames enough those, as nothing has to be
    decoded to get to them."""
    places = {round(part * last) for part in np.linspace(0.05, 0.95, PLACES)} if last >= 0 else set()
    if timeline.constant and not timeline.sequential and len(timeline.keys) >= 2 * PLACES:
        keys = timeline.pts.searchsorted(timeline.keys)
        places = {int(keys[keys.searchsorted(place, side="right") - 1]) for place in places}
    return sorted(places)


def track_of(pictures: Iterable[Plane]) -> Track:
    """Of pictures in order."""
    shot: Shot | None = None
    rotations = []
    for picture in pictures:
        if shot is None or not shot.take(picture):
            shot = Shot(picture)
        rotations.append(shot.rotation)
    return Track.of(rotations)


class Shot:
    """A scene without a cut. `rotation`: where the first picture's directions are in the last one."""

    def __init__(self, first: Plane) -> None:
        self.rotation: Matrix = np.eye(3)
        self._before: Matrix = self.rotation
        self._last = first
        self._refer(first)

    def _refer(self, picture: Plane) -> None:
        """Make a picture, which is the last one taken, the reference."""
        self._reference, self._base, self._least = Reference(picture), self.rotation, math.inf

    def take(self, picture: Plane) -> bool:
        """Go on to the next picture. False: it belongs to another shot."""
        fit = self._fit(picture)
        if self._is_worn(fit):
            self._refer(self._last)
            fit = self._fit(picture)
        if fit.explained < SAME_SCENE:
            return False
        self._least = min(self._least, fit.error)
        self._before, self.rotation = self.rotation, orthonormal(fit.rotation @ self._base)
        self._last = picture
        return True

    def _fit(self, picture: Plane) -> Fit:
        """The search begins where the camera would be if it went on as it did."""
        going_on = self.rotation @ self._before.T @ self.rotation
        return self._reference.fit(picture, orthonormal(going_on @ self._base.T))

    def _is_worn(self, fit: Fit) -> bool:
        return fit.explained < SAME_SCENE or fit.error > WORN * self._least + WORN_BY

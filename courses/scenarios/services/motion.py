"""The motion samples of a run measured again, to compare with what the clients said."""

import zlib
from typing import Any

from courses.scenarios.engine.run import Run as Played
from courses.scenarios.models import Participant, Run, Track, TrackKind
from courses.scenarios.motion import Source, measure
from courses.scenarios.motion.measure import Sample
from courses.scenarios.room.frames import motion_frames

# Both run the same algorithm on the same samples; single precision and lost frames explain no more than this.
MOST_COUNT_OFF = 0.1
MOST_DEPTH_OFF_MM = 5.0


def measured_again(run: Run, played: Played) -> list[dict[str, Any]]:
    """For each actor and source with samples: compressions said and measured, and whether they agree."""
    found = []
    for place in run.participants.all():
        for source, samples in _samples(run, place).items():
            measured = measure(samples, source)
            said = [p for p in played.compressions if p.actor == place.actor and p.source == source.value]
            depths = [p.depth_mm for p in said if p.depth_mm is not None]
            off = abs(len(said) - len(measured.compressions))
            difference = (
                sum(depths) / len(depths) - measured.summary.mean_depth_mm if depths and measured.compressions else None
            )
            agrees = off <= max(3, MOST_COUNT_OFF * len(measured.compressions)) and (
                difference is None or abs(difference) <= MOST_DEPTH_OFF_MM
            )
            found.append(
                {
                    "actor": place.actor,
                    "source": source.value,
                    "said": len(said),
                    "measured": len(measured.compressions),
                    "depth_difference_mm": None if difference is None else round(difference, 2),
                    "agrees": agrees,
                }
            )
    return found


def _samples(run: Run, place: Participant) -> dict[Source, list[Sample]]:
    """By source, each frame once, in order of time."""
    frames = {}
    for track in Track.objects.filter(run=run, participant=place, kind=TrackKind.MOTION):
        for frame in motion_frames(zlib.decompress(bytes(track.packed))):
            frames[frame.number] = frame
    by_source: dict[Source, dict[float, Sample]] = {}
    for number in sorted(frames):
        frame = frames[number]
        by_source.setdefault(frame.source, {}).update({sample[0]: sample for sample in frame.samples})
    return {source: [samples[t] for t in sorted(samples)] for source, samples in by_source.items()}

"""How far a master is, from the rows alone: the same after a reload, in the API and on the socket.

Speed is what finished segments of a rendition took; where none has finished yet, it is scaled by the number of
pixels from those that have. Time left assumes as many segments at a time as run now.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, Sum

from streaming.library.models import Master, MasterState, Rendition, Segment, WorkState

# Parts of the whole bar, in percent: making the segments, putting them together, checking.
TRANSCODED, ASSEMBLED = 92.0, 94.0


@dataclass(frozen=True)
class Work:
    """One rendition in numbers: frames in all, frames ready, segments running now, seconds per frame so far."""

    rendition: Rendition
    frames: int
    ready: int
    running: int
    seconds_per_frame: float | None

    @property
    def pixels(self) -> int:
        return self.rendition.width * self.rendition.height

    @property
    def percent(self) -> float:
        return 100.0 * self.ready / self.frames if self.frames else 0.0


def progress_of(master: Master) -> dict[str, Any]:
    """`{"id", "state", "percent", "fps", "seconds_left", "renditions": [the same per rendition]}`.

    percent: 0..100; fps: pictures per second of all workers together; fps and seconds_left are None while unknown.
    """
    works = _works(master)
    running = sum(work.running for work in works)
    costs = _costs(works)
    total = sum(cost * work.frames for cost, work in zip(costs, works, strict=True))
    left = sum(cost * (work.frames - work.ready) for cost, work in zip(costs, works, strict=True))
    known = any(work.seconds_per_frame for work in works)
    speeds = [work.running / cost for cost, work in zip(costs, works, strict=True)] if known else []
    return {
        "id": str(master.id),
        "state": master.state,
        "percent": round(_whole_percent(master, 1.0 - left / total if total else 0.0), 1),
        "fps": round(sum(speeds), 1) if running and known else None,
        "seconds_left": round(left / running) if running and known else None,
        "renditions": [
            {
                "id": str(work.rendition.id),
                "state": work.rendition.state,
                "percent": round(work.percent, 1),
                "fps": round(work.running / cost, 1) if work.running and known else None,
                "seconds_left": round(cost * (work.frames - work.ready) / work.running)
                if work.running and known
                else None,
            }
            for cost, work in zip(costs, works, strict=True)
        ],
    }


def _works(master: Master) -> list[Work]:
    done, running = Q(state=WorkState.DONE), Q(state=WorkState.RUNNING)
    sums = {
        row["rendition"]: row
        for row in Segment.objects.filter(rendition__master=master)
        .order_by()
        .values("rendition")
        .annotate(
            all_frames=Sum("frames"),
            done_frames=Sum("frames", filter=done),
            half_frames=Sum(F("frames_done"), filter=running),
            done_seconds=Sum("wall_seconds", filter=done),
            running=Count("id", filter=running),
        )
    }
    return [_work(rendition, sums.get(rendition.id, {})) for rendition in master.renditions.all()]


def _work(rendition: Rendition, row: Mapping[str, Any]) -> Work:
    done, seconds = row.get("done_frames") or 0, row.get("done_seconds") or 0.0
    return Work(
        rendition=rendition,
        frames=row.get("all_frames") or 0,
        ready=done + (row.get("half_frames") or 0),
        running=row.get("running") or 0,
        seconds_per_frame=seconds / done if done and seconds else None,
    )


def _costs(works: Sequence[Work]) -> list[float]:
    """Seconds per frame of each rendition; before any segment is done, pixels stand for seconds."""
    measured = [(work.seconds_per_frame, work.pixels) for work in works if work.seconds_per_frame]
    if not measured:
        return [float(work.pixels) for work in works]
    per_pixel = sum(seconds for seconds, _ in measured) / sum(pixels for _, pixels in measured)
    return [work.seconds_per_frame or per_pixel * work.pixels for work in works]


def _whole_percent(master: Master, made: float) -> float:
    match master.state:
        case MasterState.PUBLISHED:
            return 100.0
        case MasterState.ASSEMBLING:
            return TRANSCODED + (ASSEMBLED - TRANSCODED) * master.stage_progress
        case MasterState.VERIFYING:
            return ASSEMBLED + (100.0 - ASSEMBLED) * master.stage_progress
        case _:
            return TRANSCODED * made

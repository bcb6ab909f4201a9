"""The learning wing's part of a person's own data: enrolments, sittings, progress, where they looked."""

import base64
from typing import Any

from courses.learning.models import Enrolment, GazeMinute, SessionLog, SummaryLog
from courses.people.models import User


def export(user: User) -> dict[str, Any]:
    return {
        "enrolments": [
            {"course": enrolment.course.title, "source": enrolment.source, "since": enrolment.created_at}
            for enrolment in Enrolment.objects.filter(user=user).select_related("course")
        ],
        "lessons": [
            {
                "lesson": summary.lesson.title,
                "position_seconds": summary.position,
                "progress": summary.progress,
                "time_spent_seconds": summary.seconds,
                "completed_at": summary.completed_at,
            }
            for summary in SummaryLog.objects.filter(user=user).select_related("lesson")
        ],
        "sittings": [
            {
                "lesson": sitting.lesson.title,
                "from": sitting.started_at,
                "to": sitting.last_at,
                "seconds": sitting.seconds,
            }
            for sitting in SessionLog.objects.filter(user=user).select_related("lesson")
        ],
        "gaze": {
            "format": (
                "Each minute holds 300 pairs of int16 (little-endian, base64): yaw and pitch in hundredths of a "
                "degree, five pairs a second; -32768 where nothing was seen."
            ),
            "minutes": [
                {
                    "lesson": minute.lesson.title,
                    "sitting": str(minute.sitting),
                    "minute": minute.minute,
                    "samples": base64.b64encode(bytes(minute.samples)).decode(),
                }
                for minute in GazeMinute.objects.filter(user=user).select_related("lesson")
            ],
        },
    }


def erase(user: User) -> None:
    for model in (Enrolment, GazeMinute, SessionLog, SummaryLog):
        model.objects.filter(user=user).delete()

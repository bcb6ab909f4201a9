"""The learning wing's part of a person's own data: enrolments, sittings, progress."""

from typing import Any

from courses.learning.models import Enrolment, SessionLog, SummaryLog
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
    }


def erase(user: User) -> None:
    for model in (Enrolment, SessionLog, SummaryLog):
        model.objects.filter(user=user).delete()

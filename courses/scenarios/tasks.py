"""Work that runs by the clock."""

from celery import shared_task
from django.utils import timezone

from courses.scenarios.review.services import record_missing
from courses.scenarios.services.housekeeping import close_abandoned


@shared_task
def light_close_abandoned() -> int:
    return close_abandoned()


@shared_task
def light_record_missing() -> int:
    return record_missing(timezone.now())

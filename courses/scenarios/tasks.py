"""Work that runs by the clock."""

from celery import shared_task

from courses.scenarios.services.housekeeping import close_abandoned


@shared_task
def light_close_abandoned() -> int:
    return close_abandoned()

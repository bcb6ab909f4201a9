"""Work that beat asks for."""

from celery import shared_task

from courses.learning.xapi.services import forward_statements


@shared_task
def light_forward_statements() -> None:
    """Statements that wait go to the learning record store that the settings name."""
    forward_statements()

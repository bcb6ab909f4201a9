"""Work that beat asks for."""

from celery import shared_task

from courses.people.services.imports import forget_old_dry_runs


@shared_task
def light_forget_dry_runs() -> None:
    """Tables that were checked and never brought in do not stay."""
    forget_old_dry_runs()

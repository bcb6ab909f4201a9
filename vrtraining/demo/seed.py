"""The demo of a first start: people for every role, courses, and a 360 master on its way through the workers."""

from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import transaction

from courses.catalog.demo import attach_demo_master, seed_demo_courses, wants_demo_master
from courses.people.demo import seed_demo_people
from courses.people.models import Role, User
from courses.scenarios.demo import seed_demo_exercise

DEMO_FILE_NAME = "resuscitation-bay.mp4"
DEMO_TITLE = "抢救室 · Resuscitation bay"


def seed_demo() -> list[tuple[str, str, str]]:
    """People and courses, when nobody is there yet. Returns (role, user name, password) of each new account."""
    with transaction.atomic():
        if User.objects.exists():
            return []
        accounts = seed_demo_people()
        seed_demo_courses(owner=_instructor(), master_id=None)
        seed_demo_exercise()
    return accounts


def demo_master_is_missing() -> bool:
    """Whether the demo's 360 lesson still waits for its picture (a first start that was interrupted, say)."""
    return wants_demo_master()


def seed_demo_master(told: Callable[[str, float], None]) -> None:
    """Render the demo master, hand it to the library and put it into its lesson."""
    # Here, because `serve` imports this module and opens sooner without numpy's and the decoders' loading.
    from streaming.library.services.masters import receive_upload
    from vrtraining.demo.render import make_master

    folder = settings.DATA_DIR / "work"
    folder.mkdir(parents=True, exist_ok=True)
    path: Path = folder / DEMO_FILE_NAME
    make_master(path, width=3840, seconds=16.0, told=told)
    owner = _instructor()
    with transaction.atomic():
        master = receive_upload(actor=owner, path=path, original_name=DEMO_FILE_NAME, title=DEMO_TITLE)
        attach_demo_master(owner=owner, master_id=master.pk)


def _instructor() -> User:
    return User.objects.filter(role=Role.INSTRUCTOR).earliest("pk")

"""People and an access policy for the library's tests: the library is tested without the courses above it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from streaming.library import access
from tests.library.server import Daphne, Visitor


class RolePolicy:
    """Instructors manage their own masters, administrators all; viewers are named one by one."""

    def __init__(self) -> None:
        self.viewers: set[tuple[Any, UUID]] = set()
        self.public: set[UUID] = set()

    def may_watch(self, user: Any, master_id: UUID) -> bool:
        return master_id in self.public or (user.pk, master_id) in self.viewers

    def may_manage(self, user: Any, owner_id: int | None) -> bool:
        role = getattr(user, "role", "")
        return role == "administrator" or (role == "instructor" and user.pk == owner_id)

    def may_upload(self, user: Any) -> bool:
        return getattr(user, "role", "") in {"instructor", "administrator"}


@pytest.fixture
def policy() -> Iterator[RolePolicy]:
    before = access.access_policy()
    policy = RolePolicy()
    access.register_access_policy(policy)
    yield policy
    access.register_access_policy(before)


@pytest.fixture
def storage_dirs(settings: Any, tmp_path: Path) -> Path:
    """Uploads and media in a folder of this test."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.UPLOAD_DIR = tmp_path / "uploads"
    return tmp_path


def _person(name: str, role: str) -> Any:
    from django.contrib.auth import get_user_model

    return get_user_model().objects.create_user(username=name, role=role)


@pytest.fixture
def instructor(db: Any) -> Any:
    return _person("chen", "instructor")


@pytest.fixture
def other_instructor(db: Any) -> Any:
    return _person("wang", "instructor")


@pytest.fixture
def administrator(db: Any) -> Any:
    return _person("zhao", "administrator")


@pytest.fixture
def trainee(db: Any) -> Any:
    return _person("li", "trainee")


@pytest.fixture(scope="session")
def daphne(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daphne]:
    """A daphne on data of its own, for what only a real server shows."""
    server = Daphne(tmp_path_factory.mktemp("daphne"))
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="session")
def visitor(daphne: Daphne) -> Visitor:
    return daphne.visitor()

"""People to test with."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client

from courses.people.models import ConsentDocument, ConsentKind, Role, User

PASSWORD = "amber-basin-cedar-2026"


@pytest.fixture(autouse=True)
def _quick_hashes(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def password_hash(_quick_hashes: None) -> str:
    return make_password(PASSWORD)


@pytest.fixture
def make_person(db: None, password_hash: str) -> Callable[..., User]:
    def make(username: str, role: str = Role.TRAINEE, **fields: Any) -> User:
        return User.objects.create(username=username, role=role, password=password_hash, **fields)

    return make


@pytest.fixture
def admin(make_person: Callable[..., User]) -> User:
    return make_person("admin.wang", Role.ADMINISTRATOR, email="wang@centre.example", display_name="王主任")


@pytest.fixture
def client_of(client: Client) -> Callable[[User], Client]:
    def sign_in(person: User) -> Client:
        fresh = Client()
        fresh.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        return fresh

    return sign_in


@pytest.fixture
def terms(db: None) -> ConsentDocument:
    return ConsentDocument.objects.create(
        kind=ConsentKind.TERMS,
        version=1,
        required=True,
        title_zh="使用条款",
        title_en="Terms",
        body_zh="正文",
        body_en="Text",
    )

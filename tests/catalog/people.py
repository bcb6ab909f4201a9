"""People, courses and films that the tests of the catalogue and of learning start from."""

from typing import Any

from django.test import Client

from courses.catalog.models import Access, Course, Lesson, LessonKind, Module
from courses.catalog.services.courses import create_course, publish_course
from courses.catalog.services.lessons import add_lesson, add_module
from courses.people.models import Role, User
from streaming.library.models import Master, MasterState, Projection, Stereo


def person(role: str, username: str = "") -> User:
    return User.objects.create_user(username or f"a-{role}", role=role)


def browser(user: User | None = None, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    if user is not None:
        client.force_login(user)
    return client


def film(owner: User | None, state: str = MasterState.PUBLISHED, **fields: Any) -> Master:
    return Master.objects.create(
        owner=owner,
        state=state,
        published_prefix="masters/x/published-1/" if state == MasterState.PUBLISHED else "",
        **{
            "title": "Resuscitation bay",
            "projection": Projection.EQUIRECTANGULAR,
            "stereo": Stereo.MONO,
            "width": 3840,
            "height": 1920,
            "duration": 100.0,
            **fields,
        },
    )


def article(owner: User, module: Module, name: str = "Pressing", **fields: Any) -> Lesson:
    texts = {
        "title_zh": f"{name}（中）",
        "title_en": name,
        "body_zh": "# 按压\n\n用力按。",
        "body_en": "# Press\n\nHard.",
    }
    return add_lesson(owner, module, kind=LessonKind.ARTICLE, **{**texts, **fields})


def course(owner: User, title: str = "First aid", *, publish: bool = True, **fields: Any) -> Course:
    """A course with one module and one article."""
    texts = {"title_zh": f"{title}（中）", "title_en": title, "summary_zh": "摘要", "summary_en": "Summary"}
    made = create_course(owner, **{**texts, "access": Access.PUBLIC, **fields})
    article(owner, add_module(owner, made, title_zh="第一章", title_en="Chapter one"))
    return publish_course(owner, made) if publish else made


def every_role() -> dict[str, User | None]:
    """Somebody without an account, and one person of each role."""
    return {"anonymous": None, **{role: person(role) for role in Role.values}}

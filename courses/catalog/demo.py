"""The courses that a first start brings along: one open to everyone, one for trainees, one draft."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction

from courses.catalog.models import Access, Audience, Course, Lesson, LessonKind, Module, Situation
from courses.catalog.services.courses import create_course, publish_course
from courses.catalog.services.lessons import add_lesson, add_module, set_captions, update_lesson
from streaming.library.models import Master

TEXTS = Path(__file__).resolve().parent / "demo_texts"
FIRST_AID, TEAM, DRAFT = "first-aid", "team-resuscitation", "ward-round"


@dataclass(frozen=True)
class DemoArticle:
    text: str
    zh: str
    en: str
    minutes: int
    situation: str = ""


FIRST_AID_ARTICLES = [
    DemoArticle("cpr", "有人倒下了：心肺复苏", "Someone collapsed: CPR", 3, Situation.COLLAPSE),
    DemoArticle("aed", "使用 AED", "Using an AED", 2),
    DemoArticle("choking", "有人噎住了", "Someone is choking", 2, Situation.CHOKING),
    DemoArticle("bleeding", "有人大出血", "Someone is bleeding heavily", 3, Situation.BLEEDING),
]
TEAM_ARTICLES = [
    DemoArticle("team", "谁站在哪里", "Who stands where", 4),
    DemoArticle("quality", "高质量按压的四个数字", "Four numbers of good compressions", 4),
]


def _text(name: str, language: str) -> str:
    return (TEXTS / f"{name}.{language}.md").read_text("utf-8")


def _course(owner: Any, seed_key: str, **fields: Any) -> Course:
    course = create_course(owner, **fields)
    course.seed_key = seed_key
    course.save(update_fields=["seed_key"])
    return course


def _articles(owner: Any, module: Module, articles: list[DemoArticle]) -> None:
    for article in articles:
        add_lesson(
            owner,
            module,
            kind=LessonKind.ARTICLE,
            title_zh=article.zh,
            title_en=article.en,
            body_zh=_text(article.text, "zh"),
            body_en=_text(article.text, "en"),
            minutes=article.minutes,
            situation=article.situation,
        )


@transaction.atomic
def seed_demo_courses(owner: Any, master_id: UUID | None) -> list[Course]:
    """Make the demo courses that are not there yet; the 360-degree lesson shows `master_id` once there is one.

    owner: the instructor they belong to. Calling it again changes nothing that is there.
    """
    present = set(Course.objects.exclude(seed_key="").values_list("seed_key", flat=True))
    # The newest course stands first in the catalogue.
    makers = {TEAM: _team, DRAFT: _draft, FIRST_AID: _first_aid}
    made = [make(owner) for key, make in makers.items() if key not in present]
    if master_id is not None:
        attach_demo_master(owner, master_id)
    return made


def _first_aid(owner: Any) -> Course:
    course = _course(
        owner,
        FIRST_AID,
        title_zh="急救入门",
        title_en="First aid in ten minutes",
        summary_zh="有人倒下、噎住、大出血时，前几分钟靠身边的人。十分钟，学会最要紧的几步，再到抢救室里看一看。",
        summary_en="When someone collapses, chokes or bleeds, the first minutes belong to whoever is near. "
        "Learn the few steps that matter in ten minutes, then stand in a resuscitation bay.",
        audience=Audience.RESIDENT,
        access=Access.PUBLIC,
    )
    _articles(
        owner, add_module(owner, course, title_zh="三种紧急情况", title_en="Three emergencies"), FIRST_AID_ARTICLES
    )
    publish_course(owner, course)
    bay = add_module(owner, course, title_zh="身临其境", title_en="Be there")
    lesson = add_lesson(
        owner,
        bay,
        kind=LessonKind.VIDEO_360,
        title_zh="站在抢救室里",
        title_en="Stand in the resuscitation bay",
        body_zh=_text("bay", "zh"),
        body_en=_text("bay", "en"),
        minutes=1,
    )
    for language in ("zh", "en"):
        set_captions(owner, lesson, language=language, data=(TEXTS / f"bay.{language}.vtt").read_bytes())
    return course


def _team(owner: Any) -> Course:
    course = _course(
        owner,
        TEAM,
        title_zh="抢救室团队复苏",
        title_en="Team resuscitation in the bay",
        summary_zh="分工、闭环沟通、按压质量：让按压不停下来的团队是怎样工作的。",
        summary_en="Roles, closed-loop communication, quality of compressions: "
        "how a team works that never stops compressing.",
        audience=Audience.TRAINEE,
        access=Access.ENROLMENT,
        self_enrolment=True,
    )
    _articles(owner, add_module(owner, course, title_zh="团队", title_en="The team"), TEAM_ARTICLES)
    return publish_course(owner, course)


def _draft(owner: Any) -> Course:
    course = _course(
        owner,
        DRAFT,
        title_zh="带教查房：第一次主持",
        title_en="Leading your first ward round",
        summary_zh="给刚开始带教的医生。",
        summary_en="",
        audience=Audience.INSTRUCTOR,
        access=Access.ENROLMENT,
    )
    module = add_module(owner, course, title_zh="查房之前", title_en="Before the round")
    add_lesson(owner, module, kind=LessonKind.ARTICLE, title_zh="知情同意与隐私", title_en="", minutes=5)
    return course


def _waiting_lesson() -> Lesson | None:
    """The demo's 360-degree lesson while it has no film."""
    return Lesson.objects.filter(
        module__course__seed_key=FIRST_AID, kind=LessonKind.VIDEO_360, master__isnull=True
    ).first()


def wants_demo_master() -> bool:
    return _waiting_lesson() is not None


@transaction.atomic
def attach_demo_master(owner: Any, master_id: UUID) -> None:
    """Put the film into the demo's 360-degree lesson, unless somebody has given it another one."""
    lesson = _waiting_lesson()
    if lesson is not None:
        update_lesson(owner, lesson, master=Master.objects.get(pk=master_id))

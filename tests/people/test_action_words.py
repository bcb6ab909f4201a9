"""The action log reads as sentences, whatever wing wrote the entry."""

import re
from collections.abc import Callable

from django.conf import settings
from django.test import Client
from django.utils import translation

from courses.people.models import Role, User
from courses.people.services.audit import log_action
from courses.people.templatetags.people_ui import action_labels

LOGGED = re.compile(r"""action=f?"((?:people|catalog|learning|library|scenarios)\.[a-z_.{}]+)\"""")


def logged_actions() -> set[str]:
    """Every action named where the wings call `log_action`; what a variable completes is left out."""
    found: set[str] = set()
    for wing in ("courses", "streaming"):
        for source in (settings.BASE_DIR / wing).rglob("*.py"):
            found.update(LOGGED.findall(source.read_text(encoding="utf-8")))
    return {action for action in found if "{" not in action}


def test_every_action_that_is_logged_has_words() -> None:
    assert len(logged_actions()) > 40
    assert sorted(logged_actions() - action_labels().keys()) == []


def test_every_action_has_words_in_chinese_too() -> None:
    with translation.override("zh-hans"):
        assert [action for action, words in action_labels().items() if str(words).isascii()] == []


def test_an_auditor_reads_words_not_codes(
    make_person: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    log_action(actor=None, action="people.cohort.create")
    page = client_of(make_person("auditor", Role.AUDITOR)).get("/people/audit/").content.decode()
    assert ">people.cohort.create<" not in page
    assert ">新建了班组<" in page

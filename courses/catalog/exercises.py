"""Exercises that lessons let people do. A wing above offers them; the catalogue knows only their keys."""

from dataclasses import dataclass
from typing import Any, Protocol

from courses.catalog.models import Lesson


@dataclass(frozen=True)
class Offered:
    """An exercise by its key, with its title in the active language."""

    key: str
    title: str


class ExerciseSource(Protocol):
    def offered(self, user: Any) -> list[Offered]:
        """What this person may put into a lesson."""
        ...

    def attach(self, actor: Any, lesson: Lesson, key: str) -> None:
        """Make it the lesson's exercise and note its key in `lesson.exercise`; "" takes it away. ValidationError."""
        ...

    def address(self, lesson: Lesson) -> str:
        """The page on which the lesson's exercise begins."""
        ...


class NoExercises:
    """Until a wing above registers a source."""

    def offered(self, user: Any) -> list[Offered]:
        return []

    def attach(self, actor: Any, lesson: Lesson, key: str) -> None:
        """There is none to attach."""

    def address(self, lesson: Lesson) -> str:
        return lesson.get_absolute_url()


_source: ExerciseSource = NoExercises()


def register_exercises(source: ExerciseSource) -> None:
    """Called in AppConfig.ready() of the wing that has exercises."""
    global _source
    _source = source


def exercises() -> ExerciseSource:
    return _source

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ScenariosConfig(AppConfig):
    name = "courses.scenarios"
    label = "scenarios"
    verbose_name = _("Scenarios")

    def ready(self) -> None:
        from courses.catalog.exercises import register_exercises
        from courses.people.personal_data import register_personal_data
        from courses.scenarios import personal_data
        from courses.scenarios.review import hooks
        from courses.scenarios.services.lessons import ScenarioExercises
        from courses.scenarios.signals import run_scored

        hooks.connect()
        register_exercises(ScenarioExercises())
        register_personal_data("scenarios", personal_data.export, personal_data.erase)
        post_migrate.connect(_sync_shipped, sender=self, dispatch_uid="scenarios.sync_shipped")
        run_scored.connect(_note_lesson_done, dispatch_uid="scenarios.lesson_done")


def _sync_shipped(**_: Any) -> None:
    """After the last migration; on the way back to an older one the tables are not the present ones."""
    from courses.scenarios.services.shipped import sync_shipped, tables_are_here

    if tables_are_here():
        sync_shipped()


def _note_lesson_done(run: Any, score: Any, **_: Any) -> None:
    from courses.scenarios.services.lessons import note_lesson_done

    note_lesson_done(run, score)

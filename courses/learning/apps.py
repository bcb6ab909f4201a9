from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LearningConfig(AppConfig):
    name = "courses.learning"
    verbose_name = _("Learning")

    def ready(self) -> None:
        from courses.learning import personal_data
        from courses.people.personal_data import register_personal_data

        register_personal_data("learning", personal_data.export, personal_data.erase)

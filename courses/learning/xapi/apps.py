from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class XapiConfig(AppConfig):
    name = "courses.learning.xapi"
    label = "xapi"
    verbose_name = _("Learning record")

    def ready(self) -> None:
        from courses.learning.xapi import personal_data
        from courses.people.personal_data import register_personal_data

        register_personal_data("xapi", personal_data.export, personal_data.erase)

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CatalogConfig(AppConfig):
    name = "courses.catalog"
    verbose_name = _("Catalogue")

    def ready(self) -> None:
        from courses.catalog.access import CoursePolicy
        from streaming.library.access import register_access_policy

        register_access_policy(CoursePolicy())

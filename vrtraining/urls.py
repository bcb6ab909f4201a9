"""The addresses of all wings."""

from django.urls import include, path
from django.views.generic import RedirectView

from courses.scenarios.editor.views import schema as scenario_schema
from vrtraining.health import healthz, readyz
from vrtraining.metrics import metrics

urlpatterns = [
    path("", include("courses.catalog.urls")),
    path("", include("courses.learning.urls")),
    path("scenarios/api/", include("courses.scenarios.api_urls")),
    path("scenarios/editor/", include("courses.scenarios.editor.urls")),
    path("schemas/scenario-1.json", scenario_schema, name="scenario-schema"),
    path("scenarios/", include("courses.scenarios.urls")),
    path("people/", include("courses.people.urls")),
    path("accounts/email/", RedirectView.as_view(pattern_name="people:me")),  # one address each, kept on "Me"
    path("accounts/", include("allauth.urls")),
    path("library/", include("streaming.library.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("healthz/", healthz, name="healthz"),
    path("readyz/", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
]

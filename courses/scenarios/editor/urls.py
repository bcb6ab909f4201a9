"""Addresses of the scenario editor, under /scenarios/editor/."""

from django.urls import path

from courses.scenarios.editor import views

app_name = "scenario-editor"
urlpatterns = [
    path("", views.scenario_list, name="list"),
    path("new/", views.new_scenario, name="new"),
    path("<slug:key>/", views.edit, name="edit"),
    path("<slug:key>/check/", views.check_text, name="check"),
    path("<slug:key>/save/", views.save, name="save"),
    path("<slug:key>/publish/", views.publish, name="publish"),
    path("<slug:key>/withdraw/", views.withdraw, name="withdraw"),
    path("<slug:key>/versions/<int:number>/", views.version, name="version"),
]

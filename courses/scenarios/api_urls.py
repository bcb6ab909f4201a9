"""Addresses of the runs' API, under /scenarios/api/."""

from django.urls import path

from courses.scenarios import api

app_name = "scenarios-api"
urlpatterns = [
    path("scenarios/", api.Scenarios.as_view(), name="scenarios"),
    path("scenarios/<slug:key>/table/", api.Table.as_view(), name="table"),
    path("runs/", api.Runs.as_view(), name="runs"),
    path("runs/join/", api.Join.as_view(), name="join"),
    path("runs/<uuid:run_id>/", api.OneRun.as_view(), name="run"),
    path("runs/<uuid:run_id>/log/", api.Log.as_view(), name="log"),
    path("runs/<uuid:run_id>/tracks/<int:track_id>/", api.OneTrack.as_view(), name="track"),
    path("offline-runs/", api.OfflineRuns.as_view(), name="offline-runs"),
]

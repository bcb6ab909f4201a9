"""Addresses of the library, under /library/."""

from django.urls import path

from streaming.library import api, views
from streaming.library.delivery.views import media
from streaming.library.tus import views as tus

app_name = "library"
urlpatterns = [
    path("", views.masters, name="masters"),
    path("masters.csv", views.masters_csv, name="masters-csv"),
    path("upload/", views.upload, name="upload"),
    path("tus/", tus.collection, name="tus"),
    path("tus/<uuid:upload_id>/", tus.item, name="tus-upload"),
    path("media/<str:token>/<path:path>", media, name="media"),
    path("api/uploads/", api.Uploads.as_view(), name="api-uploads"),
    path("api/masters/", api.Masters.as_view(), name="api-masters"),
    path("api/masters/<uuid:master_id>/", api.MasterStatus.as_view(), name="api-master"),
    path("<uuid:master_id>/", views.master, name="master"),
    path("<uuid:master_id>/story/", views.story, name="story"),
    path("<uuid:master_id>/playback/", api.Playback.as_view(), name="playback"),
    path("<uuid:master_id>/rename/", views.rename, name="rename"),
    path("<uuid:master_id>/layout/", views.layout, name="layout"),
    path("<uuid:master_id>/cancel/", views.cancel, name="cancel"),
    path("<uuid:master_id>/retry/", views.retry, name="retry"),
    path("<uuid:master_id>/delete/", views.delete, name="delete"),
]

"""Addresses of the library, under /library/."""

from django.urls import path

from streaming.library.delivery.views import media
from streaming.library.tus import views as tus

app_name = "library"
urlpatterns = [
    path("tus/", tus.collection, name="tus"),
    path("tus/<uuid:upload_id>/", tus.item, name="tus-upload"),
    path("media/<str:token>/<path:path>", media, name="media"),
]

"""Addresses of the catalogue: the home page, the public catalogue, the studio."""

from django.urls import include, path

from courses.catalog import views

catalog_patterns = [
    path("courses/", views.home, name="courses"),
]

urlpatterns = [
    path("", views.home, name="home"),
    path("", include((catalog_patterns, "catalog"))),
]

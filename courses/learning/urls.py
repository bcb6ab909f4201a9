"""Addresses of learning: home, lessons, places in courses."""

from django.urls import include, path

from courses.learning import gaze_views, views

learning_patterns = [
    path("lessons/<uuid:lesson_id>/", views.lesson_page, name="lesson"),
    path("lessons/<uuid:lesson_id>/position/", views.position, name="position"),
    path("lessons/<uuid:lesson_id>/done/", views.done, name="done"),
    path("lessons/<uuid:lesson_id>/gaze/", gaze_views.record, name="gaze"),
    path("lessons/<uuid:lesson_id>/crowd.json", gaze_views.crowd, name="crowd"),
    path("studio/lessons/<uuid:lesson_id>/gaze/", gaze_views.heat_map, name="heat-map"),
    path("studio/lessons/<uuid:lesson_id>/gaze.json", gaze_views.grid, name="gaze-grid"),
    path("studio/lessons/<uuid:lesson_id>/gaze.csv", gaze_views.export, name="gaze-export"),
    path("me/gaze/", gaze_views.mine, name="my-gaze"),
    path("me/gaze/erase/", gaze_views.erase, name="my-gaze-erase"),
    path("courses/<uuid:course_id>/enrol/", views.enrol, name="enrol"),
    path("courses/<uuid:course_id>/leave/", views.leave, name="leave"),
    path("studio/courses/<uuid:course_id>/people/", views.enrolments, name="enrolments"),
    path("studio/courses/<uuid:course_id>/people.csv", views.export_enrolments, name="enrolments-export"),
    path("studio/courses/<uuid:course_id>/people/add/", views.add_people, name="enrolments-add"),
    path(
        "studio/courses/<uuid:course_id>/people/<int:enrolment_id>/remove/",
        views.remove_person,
        name="enrolments-remove",
    ),
]

urlpatterns = [
    path("", views.home, name="home"),
    path("", include((learning_patterns, "learning"))),
]

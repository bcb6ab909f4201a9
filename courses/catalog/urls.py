"""Addresses of the catalogue: public pages, the studio, the read-only API."""

from django.urls import include, path

from courses.catalog import api, studio, studio_regions, views

studio_patterns = [
    path("", studio.studio, name="studio"),
    path("courses.csv", studio.export_courses, name="studio-export"),
    path("films/<uuid:master_id>/use/", studio.use_film, name="studio-use-film"),
    path("preview/", studio.preview, name="studio-preview"),
    path("courses/new/", studio.new_course, name="studio-new-course"),
    path("courses/<uuid:course_id>/", studio.edit_outline, name="studio-course"),
    path("courses/<uuid:course_id>/details/", studio.edit_details, name="studio-details"),
    path("courses/<uuid:course_id>/cover/", studio.change_cover, name="studio-cover"),
    path("courses/<uuid:course_id>/publish/", studio.change_state, {"action": "publish"}, name="studio-publish"),
    path("courses/<uuid:course_id>/unpublish/", studio.change_state, {"action": "unpublish"}, name="studio-unpublish"),
    path("courses/<uuid:course_id>/delete/", studio.delete_course, name="studio-delete-course"),
    path("courses/<uuid:course_id>/order/", studio.reorder, name="studio-reorder"),
    path("courses/<uuid:course_id>/modules/", studio.add_module, name="studio-add-module"),
    path("modules/<uuid:module_id>/", studio.edit_module, name="studio-module"),
    path("modules/<uuid:module_id>/move/", studio.move_module, name="studio-move-module"),
    path("modules/<uuid:module_id>/delete/", studio.delete_module, name="studio-delete-module"),
    path("modules/<uuid:module_id>/lessons/new/", studio.new_lesson, name="studio-new-lesson"),
    path("lessons/<uuid:lesson_id>/", studio.edit_lesson, name="studio-lesson"),
    path("lessons/<uuid:lesson_id>/films/", studio.lesson_films, name="studio-films"),
    path("lessons/<uuid:lesson_id>/move/", studio.move_lesson, name="studio-move-lesson"),
    path("lessons/<uuid:lesson_id>/delete/", studio.delete_lesson, name="studio-delete-lesson"),
    path("lessons/<uuid:lesson_id>/regions/", studio_regions.edit_regions, name="studio-regions"),
    path("lessons/<uuid:lesson_id>/regions/save/", studio_regions.save_regions, name="studio-save-regions"),
    path("lessons/<uuid:lesson_id>/captions/", studio.add_captions, name="studio-captions"),
    path(
        "lessons/<uuid:lesson_id>/captions/<str:language>/delete/",
        studio.remove_captions,
        name="studio-delete-captions",
    ),
]

catalog_patterns = [
    path("courses/", views.course_list, name="courses"),
    path("courses/<uuid:course_id>/", views.course_page, name="course"),
    path("courses/<uuid:course_id>/cover-<int:width>.jpg", views.cover, name="cover"),
    path("courses/<uuid:course_id>/panorama.jpg", views.panorama, name="panorama"),
    path("lessons/<uuid:lesson_id>/captions/<str:language>.vtt", views.captions, name="captions"),
    path("studio/", include(studio_patterns)),
    path("api/catalog/courses/", api.CourseList.as_view(), name="api-courses"),
    path("api/catalog/courses/<uuid:course_id>/", api.CourseDetail.as_view(), name="api-course"),
]

urlpatterns = [path("", include((catalog_patterns, "catalog")))]

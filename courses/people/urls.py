"""Addresses of this wing."""

from django.urls import path

from courses.people.views import cohorts, imports, me, oversight, people

app_name = "people"
urlpatterns = [
    path("", people.people_list, name="people"),
    path("export.csv", people.people_export, name="people_export"),
    path("add/", people.person_add, name="person_add"),
    path("person/<uuid:public_id>/", people.person, name="person"),
    path("person/<uuid:public_id>/role/", people.person_role, name="person_role"),
    path("person/<uuid:public_id>/active/", people.person_active, name="person_active"),
    path("person/<uuid:public_id>/reset/", people.person_reset, name="person_reset"),
    path("import/", imports.import_people, name="import"),
    path("import/template.csv", imports.import_template, name="import_template"),
    path("import/<uuid:pk>/commit/", imports.import_commit, name="import_commit"),
    path("import/<uuid:pk>/", imports.import_done, name="import_done"),
    path("import/<uuid:pk>/sheet.csv", imports.import_sheet, name="import_sheet"),
    path("cohorts/", cohorts.cohort_list, name="cohorts"),
    path("cohorts/export.csv", cohorts.cohorts_export, name="cohorts_export"),
    path("cohorts/new/", cohorts.cohort_create, name="cohort_create"),
    path("cohorts/<uuid:pk>/", cohorts.cohort, name="cohort"),
    path("cohorts/<uuid:pk>/export.csv", cohorts.cohort_export, name="cohort_export"),
    path("cohorts/<uuid:pk>/change/", cohorts.cohort_change, name="cohort_change"),
    path("cohorts/<uuid:pk>/delete/", cohorts.cohort_delete, name="cohort_delete"),
    path("cohorts/<uuid:pk>/members/", cohorts.members_add, name="members_add"),
    path("cohorts/<uuid:pk>/members/<uuid:public_id>/remove/", cohorts.member_remove, name="member_remove"),
    path("audit/", oversight.audit, name="audit"),
    path("audit/export.csv", oversight.audit_export, name="audit_export"),
    path("audit/verify/", oversight.audit_verify, name="audit_verify"),
    path("documents/", oversight.consents, name="consents"),
    path("documents/export.csv", oversight.consents_export, name="consents_export"),
    path("documents/new/", oversight.consent_publish, name="consent_publish"),
    path("consents/pending/", me.consent_pending, name="consent_pending"),
    path("consents/<uuid:pk>/answer/", me.consent_decide, name="consent_decide"),
    path("consents/<slug:kind>/", me.consent, name="consent"),
    path("me/", me.me, name="me"),
    path("me/export/", me.export_data, name="export_data"),
    path("me/erase/", me.erase_data, name="erase_data"),
    path("welcome/<str:token>/", me.first_password, name="first_password"),
]

"""Addresses of the scenarios' pages; programs use api_urls."""

from django.urls import path

from courses.scenarios.views import debrief, games, overview, play

app_name = "scenarios"
urlpatterns = [
    path("", play.scenario_list, name="scenarios"),
    path("join/", play.join, name="join"),
    path("runs/<uuid:run_id>/", play.run_page, name="run"),
    path("runs/<uuid:run_id>/replay/", play.replay_page, name="replay"),
    path("runs/<uuid:run_id>/debrief/", debrief.debrief_page, name="debrief"),
    path("runs/<uuid:run_id>/debrief.pdf", debrief.debrief_pdf, name="debrief-pdf"),
    path("runs/<uuid:run_id>/statements.json", debrief.statements, name="statements"),
    path("runs/<uuid:run_id>/sign-off/", debrief.sign, name="sign-off"),
    path("training/", games.mine, name="mine"),
    path("training/record.json", debrief.own_statements, name="own-statements"),
    path("training/story/", games.story, name="story"),
    path("training/board/", games.board, name="board"),
    path("training/board/choice/", games.board_choice, name="board-choice"),
    path("training/challenges/", games.challenges, name="challenges"),
    path("training/challenges/new/", games.challenge_new, name="challenge-new"),
    path("training/challenges/<uuid:pk>/delete/", games.challenge_delete, name="challenge-delete"),
    path("training/cohorts/", overview.cohorts, name="cohorts"),
    path("training/cohorts/<uuid:pk>/", overview.cohort, name="cohort"),
    path("training/cohorts/<uuid:pk>/runs.csv", overview.cohort_export, name="cohort-export"),
    path("<slug:key>/", play.scenario_page, name="scenario"),
    path("<slug:key>/offline/", play.offline_page, name="offline"),
]

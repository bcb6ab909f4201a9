"""What this wing writes into the action log, in words."""

from django.utils.translation import pgettext_lazy

ACTION_LABELS = {
    "scenarios.board.join": pgettext_lazy("action log", "Chose to stand on the leader board"),
    "scenarios.board.leave": pgettext_lazy("action log", "Left the leader board"),
    "scenarios.challenge.create": pgettext_lazy("action log", "Set up a team challenge"),
    "scenarios.challenge.delete": pgettext_lazy("action log", "Deleted a team challenge"),
    "scenarios.lesson.attach": pgettext_lazy("action log", "Chose a lesson's scenario"),
    "scenarios.run.close": pgettext_lazy("action log", "Ended a scenario run"),
    "scenarios.run.create": pgettext_lazy("action log", "Made a scenario run"),
    "scenarios.run.hand_in": pgettext_lazy("action log", "Handed in a run played offline"),
    "scenarios.run.join": pgettext_lazy("action log", "Joined a scenario run"),
    "scenarios.run.pause": pgettext_lazy("action log", "Paused a scenario run"),
    "scenarios.run.resume": pgettext_lazy("action log", "Resumed a scenario run"),
    "scenarios.run.score_again": pgettext_lazy("action log", "Scored a run again after late events"),
    "scenarios.run.sign_off": pgettext_lazy("action log", "Signed a scenario run off"),
    "scenarios.run.start": pgettext_lazy("action log", "Began a scenario run"),
    "scenarios.scenario.create": pgettext_lazy("action log", "Began to write a scenario"),
    "scenarios.scenario.publish": pgettext_lazy("action log", "Published a scenario"),
    "scenarios.scenario.save": pgettext_lazy("action log", "Saved a version of a scenario"),
    "scenarios.scenario.withdraw": pgettext_lazy("action log", "Withdrew a scenario"),
}

"""What this wing writes into the action log, in words."""

from django.utils.translation import pgettext_lazy

ACTION_LABELS = {
    "scenarios.lesson.attach": pgettext_lazy("action log", "Chose a lesson's scenario"),
    "scenarios.run.close": pgettext_lazy("action log", "Ended a scenario run"),
    "scenarios.run.create": pgettext_lazy("action log", "Made a scenario run"),
    "scenarios.run.hand_in": pgettext_lazy("action log", "Handed in a run played offline"),
    "scenarios.run.join": pgettext_lazy("action log", "Joined a scenario run"),
    "scenarios.run.pause": pgettext_lazy("action log", "Paused a scenario run"),
    "scenarios.run.resume": pgettext_lazy("action log", "Resumed a scenario run"),
    "scenarios.run.score_again": pgettext_lazy("action log", "Scored a run again after late events"),
    "scenarios.run.start": pgettext_lazy("action log", "Began a scenario run"),
}

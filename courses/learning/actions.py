"""What this wing writes into the action log, in words."""

from django.utils.translation import pgettext_lazy

ACTION_LABELS = {
    "learning.end_enrolment": pgettext_lazy("action log", "Ended an enrolment"),
    "learning.enrol": pgettext_lazy("action log", "Enrolled"),
    "learning.enrol_others": pgettext_lazy("action log", "Enrolled others"),
    "learning.leave": pgettext_lazy("action log", "Left a course"),
    "learning.gaze.erase": pgettext_lazy("action log", "Had their looks forgotten"),
    "learning.lesson.complete": pgettext_lazy("action log", "Completed a lesson"),
}

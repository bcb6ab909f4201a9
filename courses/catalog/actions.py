"""What this wing writes into the action log, in words."""

from django.utils.translation import pgettext_lazy

ACTION_LABELS = {
    "catalog.captions.delete": pgettext_lazy("action log", "Deleted captions"),
    "catalog.captions.set": pgettext_lazy("action log", "Set captions"),
    "catalog.course.create": pgettext_lazy("action log", "Created a course"),
    "catalog.course.delete": pgettext_lazy("action log", "Deleted a course"),
    "catalog.course.publish": pgettext_lazy("action log", "Published a course"),
    "catalog.course.reorder": pgettext_lazy("action log", "Reordered a course"),
    "catalog.course.unpublish": pgettext_lazy("action log", "Took a course back to draft"),
    "catalog.course.update": pgettext_lazy("action log", "Changed a course"),
    "catalog.lesson.add": pgettext_lazy("action log", "Added a lesson"),
    "catalog.lesson.delete": pgettext_lazy("action log", "Deleted a lesson"),
    "catalog.lesson.regions": pgettext_lazy("action log", "Marked regions of a lesson"),
    "catalog.lesson.update": pgettext_lazy("action log", "Changed a lesson"),
    "catalog.module.add": pgettext_lazy("action log", "Added a module"),
    "catalog.module.delete": pgettext_lazy("action log", "Deleted a module"),
    "catalog.module.update": pgettext_lazy("action log", "Changed a module"),
}

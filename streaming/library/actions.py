"""What this wing writes into the action log, in words."""

from django.utils.translation import pgettext_lazy

ACTION_LABELS = {
    "library.master.cancel": pgettext_lazy("action log", "Cancelled the preparation of a film"),
    "library.master.delete": pgettext_lazy("action log", "Deleted a film"),
    "library.master.fail": pgettext_lazy("action log", "The preparation of a film failed"),
    "library.master.layout": pgettext_lazy("action log", "Corrected a film's layout"),
    "library.master.publish": pgettext_lazy("action log", "Published a film"),
    "library.master.tiles": pgettext_lazy("action log", "Had tiles made of a film"),
    "library.master.receive": pgettext_lazy("action log", "Received a film"),
    "library.master.rename": pgettext_lazy("action log", "Renamed a film"),
    "library.master.retry": pgettext_lazy("action log", "Tried a film again"),
    "library.upload.cancel": pgettext_lazy("action log", "Cancelled an upload"),
    "library.upload.start": pgettext_lazy("action log", "Started an upload"),
}

"""Why the editor is refused something, as a code and as a sentence."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.scenarios.models import ScenarioVersion

# code: (HTTP status, what is wrong and what to do)
SENTENCES = {
    "key": (
        400,
        gettext_lazy(
            "The short name needs 3 to 60 letters a–z, digits or hyphens and begins with a letter. Change it."
        ),
    ),
    "key_taken": (409, gettext_lazy("Another scenario has this short name already. Choose another one.")),
    "other_id": (
        400,
        gettext_lazy("The id of this scenario is “%(detail)s” and stays so. Change it back in the text."),
    ),
    "too_long": (400, gettext_lazy("The text is longer than 400,000 characters. Make two scenarios of it.")),
    "unchanged": (409, gettext_lazy("Nothing was changed since the last version, so there is nothing to save.")),
    "unknown_version": (404, gettext_lazy("There is no such version. Reload the page.")),
    "has_errors": (409, gettext_lazy("This version still has errors. Mend what is marked, save, then publish.")),
    "bad_request": (400, gettext_lazy("The request was not complete. Reload the page; your text is kept.")),
    "conflict": (
        409,
        gettext_lazy("Somebody else saved version %(detail)s meanwhile. Nothing of yours is lost: compare, then save."),
    ),
}


class EditorRefused(Exception):
    """`code` is a key of SENTENCES, `detail` goes into its sentence."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code} {detail}".strip())
        self.code, self.detail = code, detail

    @property
    def status(self) -> int:
        return SENTENCES[self.code][0]

    @property
    def sentence(self) -> str:
        return _(str(SENTENCES[self.code][1])) % {"detail": self.detail}


class Conflict(EditorRefused):
    """Somebody saved a version in between; `latest` is theirs."""

    def __init__(self, latest: ScenarioVersion) -> None:
        super().__init__("conflict", str(latest.number))
        self.latest = latest

"""Why a run is refused something, as a code for programs and a sentence for people."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# code: (HTTP status, sentence: what is wrong and what to do)
SENTENCES = {
    "unknown_scenario": (404, gettext_lazy("There is no such scenario, or it was withdrawn. Choose another one.")),
    "unknown_run": (404, gettext_lazy("There is no such run. Check the address, or start a new one.")),
    "unknown_code": (404, gettext_lazy("No run that is still open has this code. Ask for the code again.")),
    "sign_in": (403, gettext_lazy("This scenario is for people with an account. Sign in first.")),
    "not_yours": (403, gettext_lazy("You take no part in this run. Ask for its code and join it.")),
    "instructors_only": (403, gettext_lazy("Only an instructor may do this.")),
    "leaders_only": (403, gettext_lazy("Only the leader or an instructor starts the run. Ask them.")),
    "no_pause_in_exam": (403, gettext_lazy("An exam is not paused. Only an instructor may do so.")),
    "not_alone": (403, gettext_lazy("Others are still in this run. Only an instructor ends it for all.")),
    "mode": (400, gettext_lazy("This scenario is not offered in that mode. Choose one of the modes shown.")),
    "profile": (400, gettext_lazy("This scenario is not offered by that guideline. Choose one of those shown.")),
    "role": (400, gettext_lazy("There is no such role in this scenario. Choose one of the roles shown.")),
    "role_taken": (409, gettext_lazy("Somebody has that role already. Choose another one.")),
    "name": (400, gettext_lazy("The name is too long. Use at most 60 characters.")),
    "seed": (400, gettext_lazy("The seed is a whole number from 0 to 2147483647, and only instructors choose it.")),
    "lesson": (400, gettext_lazy("That lesson does not use this scenario. Open it from its course again.")),
    "full": (409, gettext_lazy("The run is full. Ask the instructor to start another one.")),
    "over": (409, gettext_lazy("This run is over. Start a new one.")),
    "not_started": (409, gettext_lazy("The run has not begun yet.")),
    "too_many_runs": (429, gettext_lazy("Too many runs were started from here. Wait a few minutes and try again.")),
    "bad_request": (400, gettext_lazy("The request is not complete: %(detail)s. Reload the page and try again.")),
    "too_large": (413, gettext_lazy("That is more than one run holds. Nothing was stored.")),
    "bad_message": (400, gettext_lazy("The message was not understood: %(detail)s. Reload the page.")),
    "too_long": (400, gettext_lazy("The text is too long. Use at most 500 characters.")),
    "nobody": (404, gettext_lazy("That person is not in the run any more.")),
}


class RunRefused(Exception):
    """Something about a run that is not to be. `code` is a key of SENTENCES, `detail` goes into its sentence."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code} {detail}".strip())
        self.code, self.detail = code, detail

    @property
    def status(self) -> int:
        return SENTENCES[self.code][0]

    @property
    def sentence(self) -> str:
        """In the active language."""
        return _(str(SENTENCES[self.code][1])) % {"detail": self.detail}

    def as_json(self) -> dict[str, str]:
        return {"code": self.code, "message": self.sentence}

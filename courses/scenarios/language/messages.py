"""Findings as sentences."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.scenarios.language.load import Finding

SENTENCES = {
    "yaml": gettext_lazy("This is not valid YAML: %(problem)s. Check the indentation and the quotes there."),
    "not_utf8": gettext_lazy("The file is not UTF-8 text. Save it as UTF-8."),
    "not_a_mapping": gettext_lazy(
        "A scenario definition is a mapping of keys and values; this file holds something else."
    ),
    "key_twice": gettext_lazy("The key “%(key)s” is there twice; only one can count. Remove one."),
    "missing_key": gettext_lazy("The key “%(key)s” is missing."),
    "missing_translation": gettext_lazy("The text has no version in “%(key)s”. Every text needs zh-hans and en."),
    "unknown_key": gettext_lazy(
        "The key “%(key)s” is not part of the language. Check its spelling against the schema."
    ),
    "not_allowed": gettext_lazy("“%(value)s” is not possible here. Possible: %(allowed)s."),
    "wrong_type": gettext_lazy("“%(value)s” should be of type %(type)s."),
    "too_short": gettext_lazy("This text is empty."),
    "schema": gettext_lazy("The schema does not accept this: %(problem)s."),
    "unknown_state": gettext_lazy("There is no state “%(name)s”."),
    "unknown_profile": gettext_lazy("There is no guideline profile “%(name)s”. Known: %(known)s."),
    "no_patient": gettext_lazy("Nobody is a patient. Give one of the people the kind “patient”."),
    "unknown_person": gettext_lazy("There is no person “%(name)s” who could say this."),
    "unknown_prompt": gettext_lazy("There is no prompt “%(name)s”."),
    "unknown_role": gettext_lazy("There is no role “%(name)s”."),
    "unknown_fact": gettext_lazy("Nothing is called “%(name)s”: no action, no event, and nothing that the run notes."),
    "no_bound": gettext_lazy("The condition on “%(name)s” says neither min, max, is nor in, so it asks for nothing."),
    "no_end": gettext_lazy("No state ends the scenario. Give at least one state an “end”."),
    "unreachable_state": gettext_lazy("No way leads from the start to the state “%(name)s”."),
    "dead_end": gettext_lazy("The state “%(name)s” is a dead end: it neither ends the scenario nor goes on."),
    "endless_loop": gettext_lazy("From the state “%(name)s” the scenario goes round for ever: no way leads to an end."),
    "end_goes_on": gettext_lazy("The state “%(name)s” ends the scenario, so its transitions are never taken."),
    "weights": gettext_lazy("The weights of the objectives add up to %(total)s instead of 100."),
    "zero_before_full": gettext_lazy("In “%(name)s” zero_at_s must be later than within_s."),
    "reserved_id": gettext_lazy(
        "A scenario cannot be called “%(name)s”: a page of this site has that address. Choose another id."
    ),
    "id_twice": gettext_lazy("The id “%(name)s” is there twice in this list."),
    "unused_prompt": gettext_lazy("The prompt “%(name)s” is never said."),
}


def sentence(finding: Finding) -> str:
    return str(SENTENCES[finding.code]) % finding.values


def line(finding: Finding, file: str) -> str:
    """file:line: kind: place: sentence, as compilers and editors write it."""
    kind = _("warning") if finding.warning else _("error")
    place = ".".join(str(part) for part in finding.place)
    return f"{file}:{finding.line}: {kind}: " + (f"{place}: " if place else "") + sentence(finding)

"""Words that pages need and that the definitions do not hold."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language, pgettext

MODES = ("guided", "practice", "exam")


def language() -> str:
    """The active language as definitions name it."""
    return "en" if get_language() == "en" else "zh-hans"


def said(text: Mapping[str, str] | None) -> str:
    """A definition's text in the active language."""
    return text[language()] if text else ""


def mode_name(mode: str) -> str:
    return {
        "guided": pgettext("scenario mode", "Guided"),
        "practice": pgettext("scenario mode", "Practice"),
        "exam": pgettext("scenario mode", "Exam"),
    }.get(mode, mode)


def mode_promise(mode: str) -> str:
    """One sentence: what is different in this mode."""
    return {
        "guided": pgettext("scenario mode", "Hints tell you each next step, and there is more time."),
        "practice": pgettext("scenario mode", "No hints, a little more time, distractions as in real life."),
        "exam": pgettext("scenario mode", "As it would be: the guideline’s times, no hints, no pause."),
    }.get(mode, "")


# The picture of a scenario: by the skill that it is most about.
PICTURES = {
    "choking": "home/choking.webp",
    "bleeding": "articles/tourniquet.webp",
    "aed": "articles/aed-pads.webp",
    "teamwork": "articles/cpr-hands.webp",
}
DEFAULT_PICTURE = "home/collapse.webp"
OWN_PICTURES = {
    "adult-metro-aed": "articles/aed-pads.webp",
    "adult-home-phone": "home/collapse.webp",
    "aed-no-shock": "articles/cpr-hands.webp",
    "choking-adult": "home/choking.webp",
    "choking-infant": "articles/infant-back-blows.webp",
    "limb-bleeding": "home/bleeding.webp",
    "child-collapse": "home/collapse.webp",
}


def picture(key: str, weights: Mapping[str, float]) -> str:
    """Path below static/img/ of the picture that shows what a scenario is about."""
    if key in OWN_PICTURES:
        return OWN_PICTURES[key]
    main = max(weights, key=lambda skill: weights[skill], default="")
    return PICTURES.get(main, DEFAULT_PICTURE)


def minutes(seconds: float) -> str:
    """Seconds as m:ss."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def localised(node: Any) -> Any:
    """The same structure with each {"zh-hans", "en"} made the active language's text."""
    if isinstance(node, Mapping):
        if set(node) == {"zh-hans", "en"}:
            return node[language()]
        return {key: localised(value) for key, value in node.items()}
    if isinstance(node, list | tuple):
        return [localised(value) for value in node]
    return node

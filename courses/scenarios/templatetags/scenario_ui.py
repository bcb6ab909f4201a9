"""Filters of the scenarios' pages."""

from collections.abc import Iterable
from typing import Any

from django import template

from courses.scenarios.views.texts import minutes

register = template.Library()


@register.filter
def clock(seconds: float) -> str:
    """Seconds of a run as m:ss."""
    return minutes(seconds)


@register.filter
def percent(share: float | None) -> str:
    """0..1 as a whole percentage; a dash for nothing."""
    return "–" if share is None else f"{round(100 * share)}%"


@register.filter
def rest_of_hundred(value: float) -> str:
    """What is missing to 100, for a bar that hangs from the bottom; always with a point."""
    return f"{100 - value:.1f}"


@register.filter
def actor_name(actor: str, team: Iterable[Any]) -> str:
    """The name of the one whom a run calls `actor`."""
    return next((place.name for place in team if place.actor == actor), "")

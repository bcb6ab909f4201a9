"""The regions of a lesson: the editor saves all of them at once."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from courses.catalog.models import TITLE_LENGTH, Lesson, LessonKind, Region
from courses.catalog.permissions import require_edit
from courses.people.services.audit import log_action

MOST_REGIONS = 20
MOST_KEYFRAMES = 60
DAY = 86_400.0
# The browser and the probe may differ by a picture in what they call the film's end.
ROUNDING = 0.5
# Degrees. Smaller is a slip of the hand; larger would be half of the sphere in full quality, whatever one looks at.
SMALLEST, WIDEST, HIGHEST = 2.0, 180.0, 120.0
BOX = {"yaw": (-180.0, 180.0), "pitch": (-90.0, 90.0), "width": (SMALLEST, WIDEST), "height": (SMALLEST, HIGHEST)}


@transaction.atomic
def set_regions(actor: Any, lesson: Lesson, given: Sequence[Mapping[str, Any]]) -> list[Region]:
    """Put `given` in place of the lesson's regions: mappings with title_zh, title_en, start, end, keyframes (`Region`).

    ValidationError says which region is wrong and why; then nothing is changed.
    """
    require_edit(actor, lesson.module.course)
    if lesson.kind != LessonKind.VIDEO_360:
        raise ValidationError(_("Only a 360° video has regions. Change the kind of the lesson first."))
    if len(given) > MOST_REGIONS:
        raise ValidationError(_("Nothing was saved: a lesson has at most %(most)d regions.") % {"most": MOST_REGIONS})
    Lesson.objects.select_for_update().get(pk=lesson.pk)
    last = lesson.master.duration if lesson.master and lesson.master.duration else DAY
    regions = [_region(lesson, number, fields, last) for number, fields in enumerate(given, start=1)]
    lesson.regions.all().delete()
    Region.objects.bulk_create(regions)
    log_action(actor=actor, action="catalog.lesson.regions", target=lesson, data={"regions": len(regions)})
    return regions


def _region(lesson: Lesson, number: int, fields: Mapping[str, Any], last: float) -> Region:
    try:
        titles = {name: str(fields.get(name) or "").strip() for name in ("title_zh", "title_en")}
        start, end = _number(fields["start"]), _number(fields["end"])
        keyframes = [_keyframe(frame) for frame in fields["keyframes"]]
    except (KeyError, TypeError, ValueError, AttributeError) as wrong:
        raise ValidationError(
            _("Region %(number)d could not be read. Reload the page.") % {"number": number}
        ) from wrong
    if not any(titles.values()) or max(map(len, titles.values())) > TITLE_LENGTH:
        raise ValidationError(
            _("Region %(number)d needs a name in Chinese, in English, or both, of at most %(most)d characters.")
            % {"number": number, "most": TITLE_LENGTH}
        )
    if not 0 <= start < end <= last + ROUNDING:
        raise ValidationError(
            _("Region %(number)d must begin before it ends, both within the film of %(seconds)d seconds.")
            % {"number": number, "seconds": last}
        )
    if not 1 <= len(keyframes) <= MOST_KEYFRAMES:
        raise ValidationError(
            _("Region %(number)d needs a place, and at most %(most)d of them.")
            % {"number": number, "most": MOST_KEYFRAMES}
        )
    by_time = {frame["t"]: frame for frame in sorted(keyframes, key=lambda frame: frame["t"])}
    return Region(lesson=lesson, start=start, end=end, keyframes=list(by_time.values()), **titles)


def _keyframe(frame: Mapping[str, Any]) -> dict[str, float]:
    """ValueError where a box lies outside the sphere or has a size that no region has."""
    values = {name: _number(frame[name]) for name in ("t", *BOX)}
    if not 0 <= values["t"] <= DAY:
        raise ValueError("a keyframe lies outside every film")
    for name, (low, high) in BOX.items():
        if not low <= values[name] <= high:
            raise ValueError(f"{name} is {values[name]}")
    return values


def _number(value: Any) -> float:
    if isinstance(value, bool):
        raise TypeError("a switch is no number")
    number = round(float(value), 3)
    if not math.isfinite(number):
        raise ValueError("not a finite number")
    return number

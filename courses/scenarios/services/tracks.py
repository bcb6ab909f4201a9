"""Keeping stretches of poses and motion samples, of people who agreed to it."""

import zlib

from django.db import IntegrityError, transaction

from courses.people.models import ConsentKind
from courses.people.selectors import has_consented
from courses.scenarios.models import Participant, Track

MOST_TRACKS = 2_000
LARGEST_BYTES = 256 * 1024


def may_keep(place: Participant) -> bool:
    """Movement data is kept only with the person's consent; without an account nobody can be asked for it."""
    return place.user is not None and has_consented(place.user, ConsentKind.BEHAVIOUR)


def keep_track(place_id: int, kind: str, *, from_s: float, to_s: float, data: bytes) -> bool:
    """Store a stretch; False when the run has enough of them or this one is too large."""
    if not data or len(data) > LARGEST_BYTES:
        return False
    with transaction.atomic():
        place = Participant.objects.select_for_update().get(pk=place_id)
        tracks = Track.objects.filter(participant=place, kind=kind)
        last = tracks.order_by("-number").values_list("number", flat=True).first()
        number = 0 if last is None else last + 1
        if number >= MOST_TRACKS:
            return False
        try:
            Track.objects.create(
                run_id=place.run_id,
                participant=place,
                kind=kind,
                number=number,
                from_s=from_s,
                to_s=to_s,
                packed=zlib.compress(data),
            )
        except IntegrityError:
            return False
    return True

"""How a film's camera turned, for whoever makes pictures of it."""

from streaming.library.models import Master
from streaming.library.packaging import store
from streaming.library.steady.track import Track


def turning_of(master: Master) -> Track | None:
    """None where the camera stood, or is shown as it was filmed."""
    return Track.from_bytes(store.read(master.turning_name)) if master.is_steadied else None

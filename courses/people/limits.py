"""Counting how often something happens, in the shared cache.

allauth's own limiter takes a lock per address and refuses whoever waits for it longer than a second, so that a
class signing in at once behind one hospital address was refused. Counting here is one atomic increment.
"""

import time
from dataclasses import dataclass

from django.core.cache import cache


@dataclass(frozen=True)
class Limit:
    """At most `most` events per key in each window of `seconds`."""

    name: str
    most: int
    seconds: int

    def count(self, key: str) -> int:
        """Note one event and say how many this window has."""
        slot = self._slot(key)
        cache.add(slot, 0, timeout=self.seconds)
        try:
            return int(cache.incr(slot))
        except ValueError:  # the window ended between the two calls
            cache.set(slot, 1, timeout=self.seconds)
            return 1

    def is_used_up(self, key: str) -> bool:
        """Whether this window has had its events."""
        return int(cache.get(self._slot(key), 0)) >= self.most

    def _slot(self, key: str) -> str:
        return f"limit:{self.name}:{key}:{int(time.time()) // self.seconds}"


# One address is often a whole hospital: bounds guessing many names from one place; one name is closed by axes.
FAILED_SIGN_INS = Limit("failed-sign-ins", most=60, seconds=300)

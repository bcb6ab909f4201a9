"""One line in the log for who watched which part of a tiled title: not one for each of its thousand ranges."""

import re
import threading
from collections import OrderedDict

from django.conf import settings
from django.core.cache import cache
from redis import RedisError

# Segments that one line stands for.
BLOCK = 60
REMEMBERED = 10_000
SEGMENT = re.compile(r".*/seg-([0-9]{5,})\.m4s")


class Recently:
    """Names that this process has seen, the newest `size` of them. Spares a round trip to the cache for each tile."""

    def __init__(self, size: int) -> None:
        self._size, self._names, self._lock = size, OrderedDict[str, None](), threading.Lock()

    def add(self, name: str) -> bool:
        """True if the name is new."""
        with self._lock:
            if name in self._names:
                return False
            self._names[name] = None
            if len(self._names) > self._size:
                self._names.popitem(last=False)
            return True


_recently = Recently(REMEMBERED)


async def first_of_block(token: str, path: str) -> tuple[int, int] | None:
    """The block of segments (first, last) that `path` lies in, if this token has asked for none of them before."""
    match = SEGMENT.fullmatch(path)
    if match is None:
        return None
    block = int(match[1]) // BLOCK
    name = f"library.watched.{token[-27:]}.{block}"
    if not _recently.add(name) or not await _is_first(name):
        return None
    return block * BLOCK, block * BLOCK + BLOCK - 1


async def _is_first(name: str) -> bool:
    """Whether no other process has asked. While the cache is away each writes its own line: nobody's film stops."""
    try:
        return await cache.aadd(name, 1, timeout=settings.TILES_ADDRESS_SECONDS)
    except (RedisError, OSError):
        return True

"""A progress bar for terminals: what is done, how fast, how long still."""

from __future__ import annotations

import sys
import time
from typing import TextIO

from codec_native.i18n import gettext as _

BAR_WIDTH = 30
SECONDS_BETWEEN_UPDATES = 0.2


def clock(seconds: float) -> str:
    """12345 seconds as 3:25:45."""
    minutes, rest = divmod(int(seconds + 0.5), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


class Progress:
    """Draws on ``stream`` when that is a terminal, else stays silent."""

    def __init__(self, total: int | None, stream: TextIO = sys.stderr) -> None:
        self._total = total
        self._stream = stream
        self._active = stream.isatty()
        self._start = time.monotonic()
        self._last = 0.0
        self._drawn = 0

    def update(self, done: int, note: str = "") -> None:
        now = time.monotonic()
        if not self._active or now - self._last < SECONDS_BETWEEN_UPDATES:
            return
        self._last = now
        elapsed = max(now - self._start, 1e-6)
        speed = done / elapsed
        if self._total:
            share = min(done / self._total, 1.0)
            filled = round(share * BAR_WIDTH)
            left = clock((self._total - done) / speed) if speed and done <= self._total else "?"
            text = _("[{bar}] {percent:3d} %  {done}/{total} pictures  {speed:.1f}/s  {left} left  {note}").format(
                bar="#" * filled + "." * (BAR_WIDTH - filled),
                percent=int(share * 100),
                done=done,
                total=self._total,
                speed=speed,
                left=left,
                note=note,
            )
        else:
            text = _("{done} pictures  {speed:.1f}/s  {elapsed}  {note}").format(
                done=done, speed=speed, elapsed=clock(elapsed), note=note
            )
        self._stream.write("\r" + text.ljust(self._drawn))
        self._stream.flush()
        self._drawn = len(text)

    def finish(self) -> None:
        if self._active and self._drawn:
            self._stream.write("\r" + " " * self._drawn + "\r")
            self._stream.flush()

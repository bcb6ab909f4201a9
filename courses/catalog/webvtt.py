"""Reading WebVTT (W3C, https://www.w3.org/TR/webvtt1/) closely enough to say what is wrong and where."""

import re
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MAX_BYTES = 2 * 1024 * 1024
TIMESTAMP = r"(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
TIMING = re.compile(rf"{TIMESTAMP}[ \t]+-->[ \t]+{TIMESTAMP}(?:[ \t]+.*)?")
BLOCK_WITHOUT_CUES = re.compile(r"(NOTE|STYLE|REGION)(?:[ \t]|$)")


@dataclass(frozen=True)
class Cue:
    """Times in seconds."""

    start: float
    end: float
    text: str


def check(data: bytes) -> tuple[str, list[Cue]]:
    """The text of a caption file with LF line ends, and its cues.

    Raises ValidationError with a sentence for the author: too big, not UTF-8, no WEBVTT header, a cue's time
    line that cannot be read, a cue that ends before it starts, cues out of order, an empty cue, no cue at all.
    """
    if len(data) > MAX_BYTES:
        raise ValidationError(_("The captions are larger than 2 MB. Check that this is a WebVTT file, not a film."))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise ValidationError(
            _("The captions are not saved as UTF-8. Save the file again with the encoding UTF-8.")
        ) from wrong
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    lines = text.split("\n")
    if not re.fullmatch(r"WEBVTT(?:[ \t].*)?", lines[0]):
        raise ValidationError(
            _("The file does not begin with “WEBVTT”. If it is an SRT file, convert it to WebVTT first.")
        )
    cues = _cues(lines)
    if not cues:
        raise ValidationError(_("The file holds no captions. Add at least one cue."))
    return text, cues


def _cues(lines: list[str]) -> list[Cue]:
    cues: list[Cue] = []
    at = 1
    while at < len(lines) and lines[at].strip():  # the header's own block
        at += 1
    while at < len(lines):
        if not lines[at].strip():
            at += 1
            continue
        end = at
        while end < len(lines) and lines[end].strip():
            end += 1
        if not BLOCK_WITHOUT_CUES.match(lines[at]):
            cues.append(_cue(lines[at:end], at + 1, cues[-1] if cues else None))
        at = end
    return cues


def _cue(block: list[str], number: int, previous: Cue | None) -> Cue:
    """`number` is the line (from 1) where the block begins."""
    timing_at = 0 if "-->" in block[0] else 1
    timing = TIMING.fullmatch(block[timing_at].strip()) if timing_at < len(block) else None
    if timing is None:
        raise ValidationError(
            _("Line %(line)d: the time of this caption cannot be read. Write it like 00:01.000 --> 00:04.000.")
            % {"line": number + min(timing_at, len(block) - 1)}
        )
    start, end = _seconds(timing.groups()[:4]), _seconds(timing.groups()[4:])
    line = number + timing_at
    if end <= start:
        raise ValidationError(_("Line %(line)d: this caption ends before it begins.") % {"line": line})
    if previous and start < previous.start:
        raise ValidationError(
            _("Line %(line)d: this caption begins before the one above it. Sort the captions by time.") % {"line": line}
        )
    text = "\n".join(block[timing_at + 1 :]).strip()
    if not text:
        raise ValidationError(_("Line %(line)d: this caption has no text.") % {"line": line})
    return Cue(start, end, text)


def _seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, thousandths = (int(part or 0) for part in parts)
    return hours * 3600 + minutes * 60 + seconds + thousandths / 1000

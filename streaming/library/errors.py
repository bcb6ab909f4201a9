"""Why a master failed, as codes that are stored, and as sentences in the reader's language.

A sentence says what happened, why, and what to do next. `error_code` and `error_params` are kept in the
database; `error_sentence` is called when somebody reads.
"""

from typing import Any

from django.utils.translation import gettext as _

# trans_null: marks strings without needing settings, because the probe runs outside Django.
from django.utils.translation.trans_null import gettext_noop

SENTENCES: dict[str, str] = {
    "empty_file": gettext_noop(
        "The file is empty (0 bytes). The copy from the camera probably did not finish: copy it again, then upload it."
    ),
    "not_a_video": gettext_noop(
        "This is not a video file that we can read, whatever its name says. "
        "Export it as MP4, MOV, MKV or WebM, then upload it again."
    ),
    "truncated": gettext_noop(
        "The file ends too early: its index promises %(expected)s bytes, but only %(found)s are there. "
        "The recording or the copy was cut off. Copy it from the camera again, then upload it."
    ),
    "index_missing": gettext_noop(
        "The file has no index (the MP4 'moov' part is missing), which happens when a camera loses power while "
        "recording. Repair it with the camera maker's tool, or record again, then upload it."
    ),
    "no_video": gettext_noop(
        "The file has sound or data, but no picture. Check that the right file was chosen and export it with its "
        "video track."
    ),
    "unknown_codec": gettext_noop(
        "The picture is coded as '%(codec)s', which we cannot decode. Export it as H.264, HEVC, AV1 or ProRes, "
        "then upload it again."
    ),
    "too_large": gettext_noop(
        "The file says that its picture is %(width)s × %(height)s, more than the %(limit)s × %(limit)s that we accept. "
        "If that is not true, the file is damaged; else export it smaller."
    ),
    "too_small": gettext_noop(
        "The picture is only %(width)s × %(height)s. The smallest that we can prepare is %(limit)s × %(limit)s. "
        "Export it larger."
    ),
    "too_short": gettext_noop(
        "The film has only %(frames)s picture. Upload a video, or make the still picture a cover instead."
    ),
    "too_long": gettext_noop(
        "The film says that it lasts %(hours)s hours, more than the %(limit)s hours that we accept. "
        "Cut it into parts, or export it again if that is not true."
    ),
    "unsupported_projection": gettext_noop(
        "The film says that its projection is '%(projection)s', which is not equirectangular. Export it from the "
        "camera maker's program as equirectangular 2:1, or set the projection by hand if the file is wrong."
    ),
    "undecodable": gettext_noop(
        "The picture cannot be decoded: no usable frame was found. The file is damaged. Export or copy it again, "
        "then upload it."
    ),
    "damaged": gettext_noop(
        "The film is damaged around %(time)s: the picture there cannot be decoded. "
        "Export or copy it again, or cut that part out, then upload it."
    ),
    "segment_failed": gettext_noop(
        "The part at %(time)s could not be made ready as %(rendition)s after %(attempts)s attempts. "
        "Press 'Try again'; if it fails again, export the film once more and upload that."
    ),
    "worker_lost": gettext_noop(
        "The program that reads the film stopped %(attempts)s times at the same place. The file is probably damaged "
        "there. Export it again, then upload that."
    ),
    "audio_failed": gettext_noop(
        "The sound could not be converted. Export the film with AAC or PCM sound, or without sound, then upload it "
        "again."
    ),
    "disk_full": gettext_noop(
        "The server's disk is full, so the film could not be made ready. Nothing was lost: ask the administrator to "
        "free space, then press 'Try again'."
    ),
    "file_missing": gettext_noop("The uploaded file is no longer on the server. Upload it again."),
    "verify_failed": gettext_noop(
        "The finished film did not pass its check (%(what)s), so it was not published. Press 'Try again'; if it fails "
        "again, tell the administrator."
    ),
    "internal": gettext_noop(
        "Something went wrong on our side while the film was being made ready. Press 'Try again'; if it fails again, "
        "tell the administrator and quote %(reference)s."
    ),
}


class MediaError(Exception):
    """Bad input or a failed stage, known by its code. `detail` is for the operator, not for the reader."""

    def __init__(self, code: str, *, detail: str = "", **params: Any) -> None:
        if code not in SENTENCES:
            raise ValueError(f"unknown error code {code!r}")
        super().__init__(code, params)
        self.code = code
        self.params = params
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.code} {self.params} {self.detail}".strip()


def error_sentence(code: str, params: dict[str, Any] | None = None) -> str:
    """The sentence in the active language; empty for an empty code."""
    if not code:
        return ""
    return _(SENTENCES.get(code, SENTENCES["internal"])) % {"reference": code, **(params or {})}

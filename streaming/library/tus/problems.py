"""Why an upload was refused: a code for programs, an HTTP status, and a sentence for the person."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from streaming.library.tus.protocol import BAD_REQUESTS, CHECKSUM_MISMATCH

PROBLEMS: dict[str, tuple[int, str]] = {
    **{code: (400, sentence) for code, sentence in BAD_REQUESTS.items()},
    "signed_out": (
        403,
        gettext_noop("You are signed out. Sign in again and choose the same file: the upload goes on where it was."),
    ),
    "not_allowed": (
        403,
        gettext_noop("Your account may not upload films. Ask an administrator to make you an instructor."),
    ),
    "not_found": (
        404,
        gettext_noop(
            "There is no such upload, or it belongs to somebody else. Choose the file to start an upload of your own."
        ),
    ),
    "conflict": (
        409,
        gettext_noop(
            "This piece does not fit: the server has %(offset)s bytes. Choose the file again: the upload goes on there."
        ),
    ),
    "gone": (
        410,
        gettext_noop("This upload was cancelled or has expired. Choose the file to start again."),
    ),
    "finished": (
        409,
        gettext_noop("This upload is finished and can no longer be changed. You find its film in the library."),
    ),
    "version": (
        412,
        gettext_noop("The page and the server speak different versions. Reload the page."),
    ),
    "file_too_large": (
        413,
        gettext_noop("The file has %(size)s, more than the %(limit)s that we accept. Export it smaller or cut it."),
    ),
    "chunk_too_large": (
        413,
        gettext_noop("The piece has more than %(limit)s. Reload the page and choose the file again."),
    ),
    "beyond_length": (
        413,
        gettext_noop(
            "More came than the length that the file had when the upload started: the file has changed. "
            "Cancel the upload and start again with the file as it is now."
        ),
    ),
    "media_type": (
        415,
        gettext_noop("The piece is not marked as a piece of an upload. Reload the page and choose the file again."),
    ),
    "locked": (
        423,
        gettext_noop("Another window is sending this file now. Wait until it is done, or close the other window."),
    ),
    "too_many": (
        429,
        gettext_noop(
            "You have started too many uploads. Finish or delete the unfinished ones, or wait a minute, then try again."
        ),
    ),
    "checksum": (
        CHECKSUM_MISMATCH,
        gettext_noop("A piece of the file was damaged on its way and was not kept. Try again: it is sent once more."),
    ),
    "disk_full": (
        507,
        gettext_noop(
            "The server's disk is full. What has arrived is kept: ask the administrator to free space, "
            "then choose the same file again and the upload goes on."
        ),
    ),
    "no_room": (
        507,
        gettext_noop(
            "The server has no room for this file: it needs %(size)s and %(free)s are free. "
            "Ask the administrator to free space, or delete films that nobody needs."
        ),
    ),
}


class UploadError(Exception):
    """An upload that cannot start or go on. `code` is a key of `PROBLEMS`."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params

    @property
    def status(self) -> int:
        return PROBLEMS[self.code][0]

    @property
    def sentence(self) -> str:
        """In the active language."""
        return _(PROBLEMS[self.code][1]) % self.params

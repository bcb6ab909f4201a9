"""The headers of tus 1.0.0 as values. Nothing here touches the disk or the database."""

import base64
import binascii
import hashlib
import hmac
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_noop

VERSION = "1.0.0"
EXTENSIONS = ("creation", "creation-with-upload", "checksum", "termination", "expiration")
# In the order of preference that OPTIONS announces.
CHECKSUM_ALGORITHMS = ("sha256", "sha1", "md5")
CHUNK_TYPE = "application/offset+octet-stream"
# Status of the checksum extension, in no RFC.
CHECKSUM_MISMATCH = 460

MAX_NAME = 255
MAX_FINGERPRINT = 200
MAX_METADATA = 4096
# PostgreSQL's bigint; more digits than any file has.
MAX_INTEGER = 2**63 - 1
DIGITS = re.compile(r"[0-9]{1,19}")
METADATA_KEY = re.compile(r"[!-+\--~]+")

BAD_REQUESTS: dict[str, str] = {
    "bad_length": gettext_noop(
        "The upload did not say how long the file is. Reload the page and choose the file again."
    ),
    "bad_offset": gettext_noop(
        "The upload did not say where the piece belongs. Reload the page and choose the file again."
    ),
    "bad_metadata": gettext_noop(
        "The description of the file could not be read. Reload the page and choose the file again."
    ),
    "bad_checksum": gettext_noop(
        "The check sum of the piece could not be read, or is of a kind that we do not know. "
        "Reload the page and choose the file again."
    ),
    "deferred_length": gettext_noop(
        "The length of the file must be known when the upload starts. Choose a file that is already complete."
    ),
}


class BadHeaderError(ValueError):
    """A header that the protocol does not allow. `code` is a key of `BAD_REQUESTS`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Checksum:
    """What `Upload-Checksum` promises about one chunk."""

    algorithm: str
    digest: bytes

    def is_of(self, calculated: bytes) -> bool:
        return hmac.compare_digest(self.digest, calculated)


@dataclass(frozen=True)
class Metadata:
    """`Upload-Metadata`: the raw header (HEAD gives it back) and what we use of it."""

    raw: str
    name: str
    fingerprint: str


def integer(text: str | None, code: str) -> int:
    """A non-negative decimal integer of at most 63 bits; `BadHeaderError(code)` for anything else."""
    if text is None or not DIGITS.fullmatch(text) or int(text) > MAX_INTEGER:
        raise BadHeaderError(code)
    return int(text)


def upload_length(headers: Mapping[str, str]) -> int:
    if "Upload-Defer-Length" in headers:
        raise BadHeaderError("deferred_length")
    return integer(headers.get("Upload-Length"), "bad_length")


def upload_offset(headers: Mapping[str, str]) -> int:
    return integer(headers.get("Upload-Offset"), "bad_offset")


def upload_checksum(headers: Mapping[str, str]) -> Checksum | None:
    """None when the client sent none: the extension leaves it to the client."""
    header = headers.get("Upload-Checksum")
    if header is None:
        return None
    algorithm, _, encoded = header.partition(" ")
    if algorithm not in CHECKSUM_ALGORITHMS:
        raise BadHeaderError("bad_checksum")
    digest = _decoded(encoded, "bad_checksum")
    if len(digest) != hashlib.new(algorithm, usedforsecurity=False).digest_size:
        raise BadHeaderError("bad_checksum")
    return Checksum(algorithm, digest)


def upload_metadata(headers: Mapping[str, str]) -> Metadata:
    raw = headers.get("Upload-Metadata", "").strip()
    if len(raw) > MAX_METADATA:
        raise BadHeaderError("bad_metadata")
    values: dict[str, bytes] = {}
    for pair in raw.split(",") if raw else []:
        key, _, encoded = pair.strip(" ").partition(" ")
        if not METADATA_KEY.fullmatch(key) or key in values:
            raise BadHeaderError("bad_metadata")
        values[key] = _decoded(encoded, "bad_metadata")
    return Metadata(
        raw=raw,
        name=display_name(_text(values.get("filename", values.get("name", b"")))),
        fingerprint=display_name(_text(values.get("fingerprint", b"")))[:MAX_FINGERPRINT],
    )


def display_name(name: str) -> str:
    """A file name to show: without control and direction characters, of one line, of at most 255 characters.

    It stays what the person called the file, separators and emoji included: it never becomes a path.
    """
    kept = "".join(char for char in name if unicodedata.category(char) not in {"Cc", "Cs", "Co", "Zl", "Zp"})
    kept = re.sub("[\u202a-\u202e\u2066-\u2069\u200e\u200f]", "", kept).strip()
    if len(kept) <= MAX_NAME:
        return kept
    stem, dot, suffix = kept.rpartition(".")
    if dot and len(suffix) <= 10:
        return stem[: MAX_NAME - len(suffix) - 2] + "…." + suffix
    return kept[: MAX_NAME - 1] + "…"


def _decoded(encoded: str, code: str) -> bytes:
    try:
        return base64.b64decode(encoded.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise BadHeaderError(code) from error


def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadHeaderError("bad_metadata") from error

"""Cover pictures: checked, turned upright, stripped of metadata, resized."""

import hashlib
import io
import warnings
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from courses.catalog.models import Course
from courses.catalog.permissions import require_edit
from courses.people.services.audit import log_action

WIDTHS = (800, 1600)
SHAPE = (16, 9)
MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 80_000_000
MIN_SIDE = 400
FORMATS = ("JPEG", "PNG", "WEBP")


def read_cover(upload: BinaryIO, size: int) -> Image.Image:
    """The picture as upright RGB. Raises ValidationError with what is wrong and what to do.

    size: bytes of the file, refused above MAX_BYTES before anything is decoded; pixels above MAX_PIXELS are
    refused from the header alone.
    """
    if size > MAX_BYTES:
        raise ValidationError(_("The picture is larger than 20 MB. Make it smaller and choose it again."))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(upload, formats=FORMATS)
            if picture.width * picture.height > MAX_PIXELS:
                raise Image.DecompressionBombError
            picture.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as wrong:
        raise ValidationError(
            _("The picture has more than 80 megapixels. Make it smaller and choose it again.")
        ) from wrong
    except UnidentifiedImageError as wrong:
        raise ValidationError(_("This is not a picture we can read. Choose a JPEG, PNG or WebP file.")) from wrong
    except (OSError, SyntaxError, ValueError) as wrong:
        raise ValidationError(
            _("The picture is damaged or cut off. Export it again and choose the new file.")
        ) from wrong
    upright = ImageOps.exif_transpose(picture)
    if min(upright.size) < MIN_SIDE:
        raise ValidationError(_("The picture is too small: at least 400 pixels on its short side are needed."))
    if upright.mode in {"RGBA", "LA", "PA"} or "transparency" in upright.info:
        paper = Image.new("RGBA", upright.size, "white")
        paper.alpha_composite(upright.convert("RGBA"))
        upright = paper
    return upright.convert("RGB")


def _resized(picture: Image.Image, width: int) -> bytes:
    size = (width, width * SHAPE[1] // SHAPE[0])
    out = io.BytesIO()
    ImageOps.fit(picture, size, Image.Resampling.LANCZOS).save(out, "JPEG", quality=84, optimize=True, progressive=True)
    return out.getvalue()


def set_cover(actor: Any, course: Course, upload: Any) -> Course:
    """Give the course a cover from an uploaded file; the former one is removed once this is committed."""
    require_edit(actor, course)
    picture = read_cover(upload, upload.size)
    files = {width: _resized(picture, width) for width in WIDTHS}
    prefix = f"covers/{course.pk.hex}/{hashlib.sha256(files[WIDTHS[-1]]).hexdigest()[:16]}-"
    for width, data in files.items():
        name = cover_name(prefix, width)
        if not default_storage.exists(name):
            default_storage.save(name, ContentFile(data))
    return _replace(actor, course, prefix, "catalog.course.set_cover")


def remove_cover(actor: Any, course: Course) -> Course:
    """Take the course's own cover away: the panorama of its first 360-degree lesson stands in."""
    require_edit(actor, course)
    return _replace(actor, course, "", "catalog.course.remove_cover")


@transaction.atomic
def _replace(actor: Any, course: Course, prefix: str, action: str) -> Course:
    former = Course.objects.select_for_update().get(pk=course.pk).cover
    course.cover = prefix
    course.save(update_fields=["cover", "updated_at"])
    log_action(actor=actor, action=action, target=course)
    if former and former != prefix:
        transaction.on_commit(lambda: delete_files(former))
    return course


def cover_name(prefix: str, width: int) -> str:
    """Storage name of one size; width is one of WIDTHS."""
    return f"{prefix}{width}.jpg"


def delete_files(prefix: str) -> None:
    for width in WIDTHS:
        default_storage.delete(cover_name(prefix, width))

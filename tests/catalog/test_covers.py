"""Cover pictures: what is taken, and that bad ones leave nothing behind."""

import io
import zlib

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation
from PIL import Image

from courses.catalog.services import covers
from courses.people.models import Role
from tests.catalog.people import browser, course, person


def picture(size=(1200, 900), kind="JPEG", mode="RGB", red=200, **save) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, {"RGB": (red, 60, 40), "RGBA": (200, 60, 40, 0), "L": 90, "P": 0}[mode]).save(
        out, kind, **save
    )
    return out.getvalue()


def huge_png() -> bytes:
    """A PNG whose header says 60,000 x 60,000 pixels."""
    plain = picture((400, 400), "PNG")
    header = b"IHDR" + (60_000).to_bytes(4, "big") * 2 + plain[24:29]
    return plain[:12] + header + zlib.crc32(header).to_bytes(4, "big") + plain[33:]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a picture"),
        (picture(kind="GIF"), "not a picture"),
        (picture()[:2000], "damaged"),
        (picture((2000, 300)), "too small"),
        (huge_png(), "megapixels"),
    ],
)
def test_a_bad_picture_is_refused_with_the_reason(data, sentence):
    with translation.override("en"), pytest.raises(ValidationError) as refused:
        covers.read_cover(io.BytesIO(data), len(data))
    assert sentence in refused.value.messages[0]


def test_a_file_that_is_too_large_is_refused_unread():
    class Unreadable(io.BytesIO):
        def read(self, *args):
            raise AssertionError("it was read")

    with pytest.raises(ValidationError):
        covers.read_cover(Unreadable(), covers.MAX_BYTES + 1)


@pytest.mark.parametrize("kind, mode", [("JPEG", "L"), ("PNG", "RGBA"), ("PNG", "P"), ("WEBP", "RGB")])
def test_every_usual_kind_becomes_rgb(kind, mode):
    data = picture(kind=kind, mode=mode)
    assert covers.read_cover(io.BytesIO(data), len(data)).mode == "RGB"


def test_a_picture_taken_upright_stands_upright_and_loses_its_place():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x8825] = {1: "N"}  # GPS
    data = picture((1200, 900), exif=exif)
    shown = covers.read_cover(io.BytesIO(data), len(data))
    assert shown.size == (900, 1200)
    out = io.BytesIO(covers._resized(shown, 800))
    assert Image.open(out).size == (800, 450)
    assert not Image.open(out).getexif()


@pytest.mark.django_db(transaction=True)
def test_a_cover_is_shown_replaced_and_removed_with_its_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    author = person(Role.INSTRUCTOR)
    made = course(author)
    client = browser(author)
    address = reverse("catalog:studio-cover", args=[made.pk])
    client.post(address, {"cover": SimpleUploadedFile("a.jpg", picture())})
    made.refresh_from_db()
    first = made.cover
    shown = browser().get(reverse("catalog:cover", args=[made.pk, 800]))
    assert Image.open(io.BytesIO(b"".join(shown.streaming_content))).size == (800, 450)
    assert "immutable" in shown["Cache-Control"]
    client.post(address, {"cover": SimpleUploadedFile("b.png", picture((800, 800), "PNG", red=20))})
    assert not default_storage.exists(covers.cover_name(first, 800))
    client.post(address, {"remove": "1"})
    assert not [path for path in (tmp_path / "media").rglob("*") if path.is_file()]
    assert browser().get(reverse("catalog:cover", args=[made.pk, 800])).status_code == 404


@pytest.mark.django_db
def test_a_bad_cover_changes_nothing_and_leaves_no_file(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    author = person(Role.INSTRUCTOR)
    made = course(author)
    address = reverse("catalog:studio-cover", args=[made.pk])
    answer = browser(author).post(address, {"cover": SimpleUploadedFile("a.jpg", b"no")}, follow=True)
    assert "not a picture we can read" in answer.content.decode()
    made.refresh_from_db()
    assert made.cover == ""
    assert not list(tmp_path.rglob("*.jpg"))


@pytest.mark.django_db
def test_the_cover_of_a_draft_is_hidden_from_others(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    author = person(Role.INSTRUCTOR)
    made = course(author, publish=False)
    covers.set_cover(author, made, SimpleUploadedFile("a.jpg", picture()))
    assert browser().get(reverse("catalog:cover", args=[made.pk, 800])).status_code == 404
    assert browser(author).get(reverse("catalog:cover", args=[made.pk, 800])).status_code == 200

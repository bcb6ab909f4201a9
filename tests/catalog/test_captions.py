"""Captions that authors bring: what is taken, and what is said about the rest."""

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from courses.catalog import webvtt
from courses.people.models import Role
from tests.catalog.people import browser, course, person

GOOD = """WEBVTT - ward

NOTE written by hand

STYLE
::cue { color: white }

1
00:01.000 --> 00:04.000 line:0
You are standing in the bay.
<b>Look</b> around.

01:00:00.000 --> 01:00:02.500
心室颤动
"""


def test_a_good_file_is_read_with_its_times_and_texts():
    text, cues = webvtt.check(("\ufeff" + GOOD.replace("\n", "\r\n")).encode())
    assert text == GOOD
    assert [(cue.start, cue.end) for cue in cues] == [(1.0, 4.0), (3600.0, 3602.5)]
    assert cues[1].text == "心室颤动"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "does not begin with"),
        (b"1\n00:00:01,000 --> 00:00:02,000\nSRT\n", "does not begin with"),
        (b"WEBVTTX\n\n00:01.000 --> 00:02.000\nx\n", "does not begin with"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\n急救\n".encode("gbk"), "UTF-8"),
        (b"WEBVTT\n\nNOTE only a note\n", "no captions"),
        (b"WEBVTT\n\n00:01,000 --> 00:02,000\nx\n", "Line 3"),
        (b"WEBVTT\n\nname\nno time here\n", "Line 4"),
        (b"WEBVTT\n\n00:61.000 --> 00:62.000\nx\n", "Line 3"),
        (b"WEBVTT\n\n00:03.000 --> 00:02.000\nx\n", "ends before it begins"),
        (b"WEBVTT\n\n00:03.000 --> 00:04.000\nx\n\n00:01.000 --> 00:02.000\ny\n", "Line 6"),
        (b"WEBVTT\n\n00:01.000 --> 00:02.000\n\n", "no text"),
        (b"WEBVTT\n\n" + b"x" * webvtt.MAX_BYTES, "larger than 2 MB"),
    ],
)
def test_a_bad_file_is_refused_with_the_line_and_the_reason(data, sentence):
    with translation.override("en"), pytest.raises(ValidationError) as refused:
        webvtt.check(data)
    assert sentence in refused.value.messages[0]


@given(st.binary(max_size=400))
def test_any_bytes_are_taken_or_refused_and_never_crash(data):
    try:
        _text, cues = webvtt.check(b"WEBVTT\n\n" + data)
    except ValidationError:
        return
    assert cues and all(cue.end > cue.start for cue in cues)


@pytest.mark.django_db
def test_an_author_adds_replaces_and_removes_captions():
    author = person(Role.INSTRUCTOR)
    lesson = course(author).modules.get().lessons.get()
    client = browser(author)
    address = reverse("catalog:studio-captions", args=[lesson.pk])
    for text in ("first", "second"):
        file = SimpleUploadedFile("c.vtt", f"WEBVTT\n\n00:01.000 --> 00:02.000\n{text}\n".encode())
        client.post(address, {"language": "zh", "file": file})
    shown = client.get(reverse("catalog:captions", args=[lesson.pk, "zh"]))
    assert shown["Content-Type"].startswith("text/vtt")
    assert b"second" in shown.content
    client.post(reverse("catalog:studio-delete-captions", args=[lesson.pk, "zh"]))
    assert not lesson.captions.exists()


@pytest.mark.django_db
def test_bad_captions_leave_the_former_ones_and_say_why():
    author = person(Role.INSTRUCTOR)
    lesson = course(author).modules.get().lessons.get()
    client = browser(author)
    address = reverse("catalog:studio-captions", args=[lesson.pk])
    client.post(address, {"language": "en", "file": SimpleUploadedFile("c.vtt", GOOD.encode())})
    answer = client.post(address, {"language": "en", "file": SimpleUploadedFile("c.srt", b"1\n")}, follow=True)
    assert "does not begin with" in answer.content.decode()
    assert lesson.captions.get().cues == 2

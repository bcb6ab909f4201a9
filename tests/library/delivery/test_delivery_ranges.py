"""Range and conditional requests, against slicing of the same bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.library.delivery import ranges, views

SEGMENT = bytes((7 * i + i // 256) % 256 for i in range(70_001))
CASES = ["0-0", "0-99", "100-", "-1", "-500", "69999-70000", "70000-", "70000-99999", "0-70000", "-70001", "-99999"]
TYPES = {
    "published-1/master.m3u8": "application/vnd.apple.mpegurl",
    "published-1/manifest.mpd": "application/dash+xml",
    "published-1/h264-1920x960/init.mp4": "video/mp4",
    "published-1/h264-1920x960/seg-1.m4s": "video/iso.segment",
    "published-1/captions.vtt": "text/vtt; charset=utf-8",
    "stills/poster.jpg": "image/jpeg",
}


@pytest.fixture
def segment(viewer, published):
    return viewer.folder(published) + "published-1/h264-1920x960/seg-1.m4s"


def bounds(text: str, length: int) -> tuple[int, int]:
    """First byte and the one after the last, as Python's slices have them."""
    first, _, last = text.partition("-")
    if first == "":
        return slice(-int(last), None).indices(length)[:2]
    return slice(int(first), int(last) + 1 if last else None).indices(length)[:2]


def whole(response):
    return b"".join(response) if response.streaming else response.content


@pytest.mark.parametrize(("path", "kind"), TYPES.items())
def test_each_file_has_its_type_and_stays_private(viewer, published, path, kind):
    response = viewer.get(viewer.folder(published) + path)
    assert response.status_code == 200
    assert response["Content-Type"] == kind
    assert response["Cache-Control"].startswith("private")
    assert response["Accept-Ranges"] == "bytes"
    assert int(response["Content-Length"]) == len(whole(response))


@pytest.mark.parametrize("text", CASES)
def test_a_range_is_the_same_as_slicing(viewer, segment, text):
    response = viewer.get(segment, Range=f"bytes={text}")
    start, end = bounds(text, len(SEGMENT))
    assert response.status_code == 206
    assert whole(response) == SEGMENT[start:end]
    assert response["Content-Length"] == str(end - start)
    assert response["Content-Range"] == f"bytes {start}-{end - 1}/{len(SEGMENT)}"


def test_head_says_the_same_as_get_without_the_bytes(viewer, segment):
    for headers in ({}, {"Range": "bytes=5-20"}):
        head, get = viewer.head(segment, **headers), viewer.get(segment, **headers)
        assert head.status_code == get.status_code
        for name in ("Content-Length", "ETag", "Last-Modified", "Content-Type"):
            assert head[name] == get[name]
        assert head.get("Content-Range") == get.get("Content-Range")
        assert head.content == b""


@pytest.mark.parametrize("text", ["70001-", "70001-70005", "-0", "999999999999999999-"])
def test_a_range_outside_the_file_is_416_with_its_length(viewer, segment, text):
    response = viewer.get(segment, Range=f"bytes={text}")
    assert (response.status_code, response["Content-Range"]) == (416, "bytes */70001")


@pytest.mark.parametrize("header", ["bytes=", "bytes=-", "bytes=a-b", "bytes=9-5", "items=0-5", "0-5", "bytes=0-1,5-6"])
def test_a_range_that_is_no_single_range_gets_the_whole_file(viewer, segment, header):
    response = viewer.get(segment, Range=header)
    assert response.status_code == 200
    assert whole(response) == SEGMENT


def test_an_empty_file_has_no_ranges(viewer, published):
    path = viewer.folder(published) + "published-1/h264-1920x960/empty.m4s"
    assert whole(viewer.get(path)) == b""
    assert viewer.get(path, Range="bytes=0-").status_code == 416


def test_from_here_on_is_answered_in_pieces_that_a_player_asks_on_from(viewer, segment, monkeypatch):
    monkeypatch.setattr(views, "OPEN_RANGE_BYTES", 30_000)
    got = b""
    while len(got) < len(SEGMENT):
        response = viewer.get(segment, Range=f"bytes={len(got)}-")
        assert response.status_code == 206
        got += whole(response)
    assert got == SEGMENT
    assert whole(viewer.get(segment, Range="bytes=0-70000")) == SEGMENT


def test_an_unchanged_copy_is_not_sent_again(viewer, segment):
    first = viewer.get(segment)
    assert viewer.get(segment, If_None_Match=first["ETag"]).status_code == 304
    assert viewer.get(segment, If_None_Match=f'"other", W/{first["ETag"]}').status_code == 304
    assert viewer.get(segment, If_None_Match="*").status_code == 304
    assert viewer.get(segment, If_Modified_Since=first["Last-Modified"]).status_code == 304
    assert viewer.get(segment, If_None_Match='"other"', If_Modified_Since=first["Last-Modified"]).status_code == 200
    assert viewer.get(segment, If_Modified_Since="Thu, 01 Jan 1970 00:00:00 GMT").status_code == 200
    assert viewer.get(segment, If_Modified_Since="yesterday").status_code == 200


def test_going_on_with_a_copy_needs_the_same_copy(viewer, segment):
    first = viewer.get(segment)
    for condition in (first["ETag"], first["Last-Modified"]):
        assert viewer.get(segment, Range="bytes=5-9", If_Range=condition).status_code == 206
    for condition in ('"other"', f"W/{first['ETag']}", "Thu, 01 Jan 1970 00:00:00 GMT", "nonsense"):
        response = viewer.get(segment, Range="bytes=5-9", If_Range=condition)
        assert response.status_code == 200
        assert whole(response) == SEGMENT


@given(st.text(st.characters(codec="latin-1"), max_size=40) | st.from_regex(r"bytes=\d*-\d*", fullmatch=True))
def test_no_range_header_leads_outside_the_file(header):
    facts = ranges.Facts(length=1000, modified=0, etag='"x"')
    try:
        part = ranges.wanted_slice({"Range": header}, facts)
    except ranges.NotSatisfiableError:
        return
    if part is not None:
        assert 0 <= part.start < 1000
        assert 1 <= part.count <= 1000 - part.start

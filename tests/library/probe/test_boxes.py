"""Boxes whose sizes lie."""

import io
import itertools
import struct

from hypothesis import given
from hypothesis import strategies as st

from streaming.library.probe import spherical
from streaming.library.probe.boxes import MAX_BOXES, walk
from streaming.library.probe.examine import check_boxes

KINDS = [b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd", b"avc1", b"sv3d", b"proj", b"equi", b"st3d", b"uuid"]


def box(kind: bytes, payload: bytes, size: int | None = None) -> bytes:
    return struct.pack(">I", 8 + len(payload) if size is None else size) + kind + payload


lying = st.recursive(
    st.builds(box, st.sampled_from(KINDS), st.binary(max_size=90), st.none() | st.integers(0, 2**32 - 1)),
    lambda inner: st.builds(
        lambda kind, parts, size: box(kind, b"".join(parts), size),
        st.sampled_from(KINDS),
        st.lists(inner, max_size=4),
        st.none() | st.integers(0, 2**32 - 1),
    ),
    max_leaves=12,
)


@given(st.lists(lying | st.binary(max_size=200), max_size=6).map(b"".join))
def test_no_size_leads_outside_the_file_or_round_in_circles(data: bytes) -> None:
    found = list(walk(io.BytesIO(data), 0, len(data)))
    assert len(found) <= MAX_BOXES
    assert all(0 <= item.start <= item.end <= len(data) for item in found)
    assert all(earlier.start < later.start for earlier, later in itertools.pairwise(found))


@given(st.lists(lying | st.binary(max_size=200), max_size=6).map(b"".join))
def test_a_layout_is_read_or_not_but_nothing_else_happens(data: bytes) -> None:
    layout = spherical.declared_in_mp4(io.BytesIO(data), len(data))
    assert layout is None or layout.source in {"v1", "v2"}


def test_a_64_bit_size_and_one_to_the_end_are_understood() -> None:
    large = struct.pack(">I4sQ", 1, b"mdat", 20) + b"abcd"
    rest = struct.pack(">I4s", 0, b"free") + b"tail"
    found = list(walk(io.BytesIO(large + rest), 0, 32))
    assert [(item.type, item.end - item.start) for item in found] == [(b"mdat", 4), (b"free", 4)]


def test_a_file_that_is_not_of_the_family_is_none_of_this_check(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "film.mkv"
    path.write_bytes(b"\x1a\x45\xdf\xa3" + bytes(100))
    check_boxes(path, path.stat().st_size)

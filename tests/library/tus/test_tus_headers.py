"""Headers of any shape are read rightly or refused, never crash and never become a path."""

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.library.tus import protocol
from streaming.library.tus.protocol import BadHeaderError

ANY_TEXT = st.text(max_size=200)


@given(ANY_TEXT)
def test_any_length_is_a_number_or_refused(text):
    for read, name in ((protocol.upload_length, "Upload-Length"), (protocol.upload_offset, "Upload-Offset")):
        try:
            number = read({name: text})
        except BadHeaderError:
            continue
        assert 0 <= number < 2**63
        assert int(text) == number
        assert text.isascii()


@given(st.integers(0, 2**63 - 1))
def test_every_length_that_a_file_can_have_is_read(number):
    assert protocol.upload_length({"Upload-Length": str(number)}) == number


@given(st.binary(max_size=50), st.sampled_from(protocol.CHECKSUM_ALGORITHMS))
def test_checksums_are_read_as_they_were_made(data, algorithm):
    digest = hashlib.new(algorithm, data).digest()
    header = f"{algorithm} {base64.b64encode(digest).decode()}"
    checksum = protocol.upload_checksum({"Upload-Checksum": header})
    assert checksum is not None
    assert checksum.is_of(digest)
    assert not checksum.is_of(hashlib.new(algorithm, data + b"x").digest())


@given(ANY_TEXT)
def test_any_checksum_header_is_read_or_refused(text):
    try:
        protocol.upload_checksum({"Upload-Checksum": text})
    except BadHeaderError as error:
        assert error.code == "bad_checksum"


@given(st.dictionaries(st.from_regex(r"[a-z_]{1,12}", fullmatch=True), st.text(max_size=60), max_size=6))
def test_metadata_comes_back_as_it_was_sent(values):
    header = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in values.items())
    try:
        metadata = protocol.upload_metadata({"Upload-Metadata": header})
    except BadHeaderError:
        pytest.fail("well-formed metadata was refused")
    assert metadata.raw == header.strip()
    wanted = values.get("filename", values.get("name", ""))
    assert metadata.name == protocol.display_name(wanted)


@given(ANY_TEXT)
def test_any_metadata_header_is_read_or_refused(text):
    try:
        metadata = protocol.upload_metadata({"Upload-Metadata": text})
    except BadHeaderError as error:
        assert error.code == "bad_metadata"
    else:
        assert len(metadata.name) <= protocol.MAX_NAME


@given(st.text(max_size=600))
def test_a_shown_name_is_one_line_of_bounded_length(name):
    shown = protocol.display_name(name)
    assert len(shown) <= protocol.MAX_NAME
    assert not set(shown) & set("\r\n\t\0\x7f\u202e\u2066\u2028")
    assert protocol.display_name(shown) == shown


def test_a_key_without_a_value_is_allowed():
    assert protocol.upload_metadata({"Upload-Metadata": "is_confidential"}).name == ""


@pytest.mark.parametrize("header", ["filename !!!", "filename YQ==,filename YQ==", ",", "a  YQ==", "é YQ=="])
def test_malformed_metadata_is_refused(header):
    with pytest.raises(BadHeaderError):
        protocol.upload_metadata({"Upload-Metadata": header})


def test_a_long_name_keeps_its_ending():
    shown = protocol.display_name("长" * 400 + ".mp4")
    assert len(shown) == 255
    assert shown.endswith("….mp4")

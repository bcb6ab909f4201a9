"""Whatever people bring: either it is taken, or they are told in both languages what is wrong and what to do."""

import json
import os
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from streaming.library.errors import SENTENCES, MediaError, error_sentence
from streaming.library.probe.run import run_probe
from streaming.library.queueing import without_broker
from streaming.library.services import examining, leases, masters
from tests.library.films import make_film, make_sound_only, moov_first, without_box


def text_named_mp4(path: Path) -> None:
    path.write_text("Ward 3, bed 12: the recording is on the other card.\n" * 40)


def playlist_named_mp4(path: Path) -> None:
    path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n")


def zero_bytes(path: Path) -> None:
    path.write_bytes(b"")


def truncated(path: Path) -> None:
    whole = moov_first(make_film(path, frames=40), path.with_name("whole.mp4")).read_bytes()
    path.write_bytes(whole[: len(whole) * 2 // 3])


def index_missing(path: Path) -> None:
    path.write_bytes(without_box(make_film(path).read_bytes(), b"moov"))


def cut_before_the_index(path: Path) -> None:
    whole = make_film(path, frames=40).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


def no_video(path: Path) -> None:
    make_sound_only(path)


def one_frame(path: Path) -> None:
    make_film(path, frames=1)


def too_small(path: Path) -> None:
    make_film(path, width=16, height=16)


def absurd_y4m(path: Path) -> None:
    path.write_bytes(b"YUV4MPEG2 W100000 H90000 F30:1 Ip A1:1 C420jpeg\nFRAME\n" + bytes(5000))


def absurd_mp4(path: Path) -> None:
    """The sample entry claims 65535 x 65535 and the stream's own headers are gone."""
    data = bytearray(make_film(path, codec="mpeg4", options={"g": "12"}).read_bytes())
    entry = data.index(b"mp4v")
    data[entry + 28 : entry + 32] = b"\xff\xff\xff\xff"
    esds = data.index(b"esds")
    data[esds + 24 : esds + 60] = bytes(36)
    path.write_bytes(bytes(data))


def noise_in_the_mdat(path: Path) -> None:
    data = bytearray(make_film(path, frames=30).read_bytes())
    start = data.index(b"mdat") + 4
    end = data.index(b"moov") - 4
    data[start:end] = os.urandom(end - start)
    path.write_bytes(bytes(data))


BAD: list[tuple[Callable[[Path], None], set[str]]] = [
    (text_named_mp4, {"not_a_video"}),
    (playlist_named_mp4, {"not_a_video"}),
    (zero_bytes, {"empty_file"}),
    (truncated, {"truncated"}),
    (index_missing, {"index_missing"}),
    (cut_before_the_index, {"index_missing"}),
    (no_video, {"no_video"}),
    (one_frame, {"too_short"}),
    (too_small, {"too_small"}),
    (absurd_y4m, {"too_large", "not_a_video"}),
    (absurd_mp4, {"too_large", "undecodable"}),
    (noise_in_the_mdat, {"undecodable"}),
]


@pytest.mark.parametrize(("make", "codes"), BAD, ids=[make.__name__ for make, _ in BAD])
def test_a_file_that_cannot_be_taken_is_refused_with_the_reason(
    make: Callable[[Path], None], codes: set[str], tmp_path: Path
) -> None:
    path = tmp_path / "film.mp4"
    make(path)
    (tmp_path / "out").mkdir()
    with pytest.raises(MediaError) as refusal:
        run_probe(path, tmp_path / "out")
    assert refusal.value.code in codes
    for language in ("en", "zh-hans"):
        with translation.override(language):
            sentence = error_sentence(refusal.value.code, refusal.value.params)
        assert len(sentence) > 15
        assert "%(" not in sentence


@pytest.mark.django_db
@pytest.mark.parametrize(("make", "codes"), BAD, ids=[make.__name__ for make, _ in BAD])
def test_its_owner_is_told_and_only_the_file_itself_is_kept(
    make: Callable[[Path], None],
    codes: set[str],
    tmp_path: Path,
    instructor: Any,
    policy: Any,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    monkeypatch.setattr(leases, "BEAT_SECONDS", 3600.0)  # another thread would not see this test's rows
    settings.DATA_DIR, settings.MEDIA_ROOT = tmp_path / "data", tmp_path / "data" / "media"
    path = tmp_path / "病房 🚑.mp4"
    make(path)
    with without_broker():
        master = masters.receive_upload(actor=instructor, path=path, original_name=path.name, copy=True)
        examining.examine_master(master.id)
    master.refresh_from_db()
    assert (master.state, master.lease) == ("failed", None)
    assert master.error_code in codes
    assert [file.name for file in files(settings.DATA_DIR)] == ["master.mp4"]
    with django_capture_on_commit_callbacks(execute=True):
        masters.delete_master(actor=instructor, master=master)
    assert files(settings.DATA_DIR) == []


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def probe(path: Path, tmp_path: Path) -> dict[str, Any]:
    out = tmp_path / "out"
    out.mkdir()
    return run_probe(path, out)


@pytest.mark.parametrize(
    ("film", "expected"),
    [
        ({"pixel_format": "yuv444p", "width": 321, "height": 161}, {"width": 321, "height": 161, "chroma": "444"}),
        ({"pixel_format": "yuv420p10le"}, {"bit_depth": 10, "chroma": "420"}),
        ({"pixel_format": "yuv444p"}, {"chroma": "444", "bit_depth": 8}),
        ({"rotation": 90, "width": 320, "height": 180}, {"width": 180, "height": 320}),
        ({"rotation": 180, "width": 320, "height": 180}, {"width": 320, "height": 180, "rotation": 180}),
        ({"rate": Fraction(30000, 1001)}, {"fps": [30000, 1001], "frames": 30, "constant_rate": True}),
    ],
    ids=["odd size", "ten bits", "4:4:4", "turned by 90", "turned by 180", "29.97"],
)
def test_an_unusual_film_is_taken(film: dict[str, Any], expected: dict[str, Any], tmp_path: Path) -> None:
    facts = probe(make_film(tmp_path / "film.mp4", **film), tmp_path)
    assert {key: facts[key] for key in expected} == expected


def test_a_variable_rate_is_seen_and_brought_to_a_constant_one(tmp_path: Path) -> None:
    times = [Fraction(n, 30) if n < 30 else 1 + Fraction(n - 30, 15) for n in range(45)]
    facts = probe(make_film(tmp_path / "film.mp4", frames=45, times=times), tmp_path)
    assert facts["constant_rate"] is False
    assert facts["fps"] == [30, 1]
    assert facts["source_frames"] == 45
    assert facts["frames"] == pytest.approx(60, abs=1)


def test_every_error_has_a_sentence_in_both_languages_that_says_what_to_do() -> None:
    for code, source in SENTENCES.items():
        with translation.override("zh-hans"):
            chinese = error_sentence(code, dict.fromkeys(PARAMETERS, "7"))
        assert chinese.count("。") >= 1, f"{code} has no Chinese sentence"
        assert source.count(".") >= 1
        json.dumps({"code": code, "zh": chinese})


PARAMETERS = (
    "expected",
    "found",
    "codec",
    "width",
    "height",
    "limit",
    "frames",
    "hours",
    "projection",
    "time",
    "rendition",
    "attempts",
    "what",
    "reference",
)

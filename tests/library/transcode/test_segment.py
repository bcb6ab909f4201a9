"""A segment holds exactly the pictures that it should, wherever it begins."""

import io
import itertools
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from streaming.library.encoders.base import VideoSettings, backend
from streaming.library.errors import MediaError
from streaming.library.probe.examine import examine
from streaming.library.quality import ErrorMeter, psnr, row_weights
from streaming.library.transcode.segment import SegmentWork, make_segment
from tests.library.films import make_film, number_of


def settings(codec: str, fps: Fraction, width: int = 160, height: int = 80, **more: Any) -> VideoSettings:
    return VideoSettings(codec, width, height, fps, 24, 2000, backend(codec).options(2000, 24), **more)


def segments(path: Path, length: int, codec: str = "h264", **size: Any) -> tuple[bytes, list[Any], int]:
    """All segments of a film, joined behind their header."""
    facts, timeline = examine(path)
    made = [
        make_segment(
            SegmentWork(
                path,
                timeline,
                facts["stream_index"],
                facts["rotation"],
                settings(codec, timeline.fps, **size),
                index,
                start,
                min(length, timeline.frames - start),
            )
        )
        for index, start in enumerate(range(0, timeline.frames, length))
    ]
    assert len({segment.init for segment in made}) == 1
    return made[0].init + b"".join(segment.media for segment in made), made, timeline.frames


def pictures(stream: bytes) -> list[Any]:
    with av.open(io.BytesIO(stream)) as container:
        return list(container.decode(video=0))


@pytest.mark.parametrize("codec", ["h264", "av1"])
def test_segments_joined_show_every_picture_once_and_in_order(codec: str, tmp_path: Path) -> None:
    film = make_film(tmp_path / "film.mp4", frames=50)
    stream, _, _ = segments(film, 17, codec)
    shown = pictures(stream)
    assert [number_of(frame) for frame in shown] == list(range(50))
    gaps = {later.pts - earlier.pts for earlier, later in itertools.pairwise(shown)}
    assert len(gaps) == 1
    assert gaps.pop() * shown[0].time_base == Fraction(1, 30)


def test_our_own_hevc_encoder_does_the_same_and_reports_its_quality_truly(tmp_path: Path) -> None:
    film = make_film(tmp_path / "film.mp4", frames=30)
    facts, timeline = examine(film)
    wanted = VideoSettings(
        "hevc",
        320,
        160,
        timeline.fps,
        10,
        2000,
        {"preset": "superfast", "qp": "24", "keyint": "10"},
        projection="equirectangular",
    )
    works = [SegmentWork(film, timeline, facts["stream_index"], 0, wanted, n, n * 15, 15) for n in range(2)]
    made = [make_segment(work) for work in works]
    shown = pictures(made[0].init + b"".join(segment.media for segment in made))
    assert [number_of(frame) for frame in shown] == list(range(30))
    assert made[0].codecs.startswith("hvc1.1.6.L")
    meter = ErrorMeter(320, 160, "equirectangular")
    with av.open(str(film)) as source:
        errors = [
            meter.compare(luma(original), luma(coded))
            for original, coded in zip(source.decode(video=0), shown, strict=True)
        ]
    assert sum(segment.sse for segment in made) == pytest.approx(sum(plain for plain, _ in errors), rel=1e-6)
    assert sum(segment.wsse for segment in made) == pytest.approx(sum(weighted for _, weighted in errors), rel=1e-3)


def test_open_gops_and_b_pictures_of_the_source_lose_nothing(tmp_path: Path) -> None:
    options = {"x264-params": "open-gop=1:bframes=3:keyint=10:min-keyint=10:scenecut=0", "crf": "12"}
    film = make_film(tmp_path / "film.mp4", frames=45, options=options)
    assert [number_of(frame) for frame in pictures(segments(film, 7)[0])] == list(range(45))


def test_a_transport_stream_cut_at_both_ends_is_taken_from_its_first_key_picture(tmp_path: Path) -> None:
    film = make_film(tmp_path / "film.ts", frames=48, format="mpegts")
    data = film.read_bytes()
    film.write_bytes(data[len(data) // 3 // 188 * 188 : len(data) * 9 // 10])
    numbers = [number_of(frame) for frame in pictures(segments(film, 8)[0])]
    assert numbers[0] % 12 == 0
    assert numbers[0] > 0
    assert numbers[:-3] == list(range(numbers[0], numbers[0] + len(numbers) - 3))


def test_a_variable_rate_becomes_constant_with_each_picture_on_screen_at_its_time(tmp_path: Path) -> None:
    times = [Fraction(n, 30) if n < 30 else 1 + Fraction(n - 30, 15) for n in range(45)]
    film = make_film(tmp_path / "film.mp4", frames=45, times=times)
    numbers = [number_of(frame) for frame in pictures(segments(film, 20)[0])]
    expected = [n if n < 30 else 30 + (n - 30) // 2 for n in range(60)]
    assert numbers[: len(expected)] == expected[: len(numbers)]
    assert abs(len(numbers) - 60) <= 1


def test_a_turned_film_comes_out_upright(tmp_path: Path) -> None:
    film = make_film(tmp_path / "film.mp4", width=320, height=160, rotation=90, frames=4)
    stream, _, _ = segments(film, 4, width=80, height=160)
    frame = pictures(stream)[1].to_ndarray(format="gray")
    # The moving bar lies along the bottom of the file's picture; a quarter turn brings it to one side.
    sides = frame[:20].max(), frame[:, -12:].max()
    assert frame.shape == (160, 80)
    assert frame[:, 60:].max() > 200
    assert sides[1] > 200


@pytest.mark.parametrize("pixel_format", ["yuv420p10le", "yuv444p", "yuvj420p", "gray"])
def test_any_pixel_format_of_the_source_is_shown_as_it_is(pixel_format: str, tmp_path: Path) -> None:
    film = make_film(tmp_path / "film.mkv", frames=6, pixel_format=pixel_format)
    shown = pictures(segments(film, 6)[0])
    assert [number_of(frame) for frame in shown] == list(range(6))
    dark = shown[0].to_ndarray(format="rgb24")[20, 80]
    assert abs(int(dark.mean()) - 40) < 14


def test_the_measured_quality_is_that_of_the_decoded_segment(tmp_path: Path) -> None:
    film = make_film(tmp_path / "film.mp4", frames=12)
    facts, timeline = examine(film)
    wanted = settings("h264", timeline.fps, projection="equirectangular")
    work = SegmentWork(film, timeline, facts["stream_index"], 0, wanted, 0, 0, 12)
    made = make_segment(work)
    weights = row_weights(80, "equirectangular", "mono")
    plain = weighted = 0.0
    with av.open(str(film)) as source:
        originals = [frame.reformat(160, 80, "yuv420p", interpolation="BICUBIC") for frame in source.decode(video=0)]
    for original, coded in zip(originals, pictures(made.init + made.media), strict=True):
        by_row = np.square(luma(original).astype(float) - luma(coded)).sum(axis=1)
        plain += by_row.sum()
        weighted += by_row @ weights
    assert psnr(made.sse, 12 * 160 * 80) == pytest.approx(psnr(plain, 12 * 160 * 80), abs=0.01)
    assert psnr(made.wsse, 12 * 160 * 80) == pytest.approx(psnr(weighted, 12 * 160 * 80), abs=0.01)


def luma(frame: Any) -> np.ndarray:
    plane = frame.planes[0]
    return np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[: frame.height, : frame.width]


def test_a_damaged_middle_is_named_by_its_time(tmp_path: Path) -> None:
    film = make_film(tmp_path / "film.mp4", frames=90, options={"crf": "4"})
    data = bytearray(film.read_bytes())
    start, end = data.index(b"mdat") + 4, data.index(b"moov") - 4
    middle = (start + end) // 2
    data[middle : middle + (end - start) // 8] = bytes((end - start) // 8)
    film.write_bytes(bytes(data))
    with pytest.raises(MediaError) as refusal:
        segments(film, 30)
    assert refusal.value.code == "damaged"
    assert refusal.value.params["time"] in {"0:00:01", "0:00:02"}


def test_stopping_in_the_middle_raises_what_the_listener_raised(tmp_path: Path) -> None:
    class Enough(Exception):
        pass

    def listen(done: int) -> None:
        if done == 5:
            raise Enough

    film = make_film(tmp_path / "film.mp4", frames=12)
    facts, timeline = examine(film)
    work = SegmentWork(film, timeline, facts["stream_index"], 0, settings("h264", timeline.fps), 0, 0, 12)
    with pytest.raises(Enough):
        make_segment(work, progress=listen)

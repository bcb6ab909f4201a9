"""What is written is what other programs read."""

import io
import re
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import av
import pytest

from streaming.library.errors import MediaError
from streaming.library.packaging import samples, store
from streaming.library.packaging.manifests import Track, dash_manifest, media_playlist, multivariant_playlist
from streaming.library.packaging.verify import Joined, playlist_files, verify
from tests.library.films import make_film
from tests.library.transcode.test_segment import segments

DASH = "{urn:mpeg:dash:schema:mpd:2011}"


def track(name: str = "h264-160x80", **changes: object) -> Track:
    values: dict[str, object] = {
        "name": name,
        "codec": "h264",
        "codecs": "avc1.64000b",
        "timescale": 10020,
        "ticks": [334 * 20, 334 * 20, 3340],
        "peak_bandwidth": 300_000,
        "average_bandwidth": 200_000,
        "width": 160,
        "height": 80,
        "fps": Fraction(30),
    }
    return Track(**{**values, **changes})  # type: ignore[arg-type]


AUDIO = track(
    "audio-aac",
    codec="aac",
    codecs="mp4a.40.2",
    timescale=48000,
    ticks=[48128, 30720],
    width=0,
    height=0,
    fps=Fraction(0),
    channels=2,
    language="zho",
    peak_bandwidth=160_000,
    average_bandwidth=128_000,
)


@pytest.fixture
def stored(storage_dirs: Path, tmp_path: Path) -> Track:
    """Fifty pictures in three segments of one rendition, in storage."""
    film = make_film(tmp_path / "film.mp4", frames=50)
    _, made, _ = segments(film, 20)
    for index, segment in enumerate(made):
        store.write(f"m/h264-160x80/seg-{index:05d}.m4s", segment.media)
    store.write("m/h264-160x80/init.mp4", made[0].init)
    store.write("m/h264-160x80/index.m3u8", media_playlist(track()).encode())
    return track()


def test_a_rendition_that_is_whole_passes_the_check(stored: Track) -> None:
    seen: list[float] = []
    verify([stored], "m/", seen.append)
    assert seen[-1] == 1.0
    assert seen == sorted(seen)


def test_a_segment_that_is_missing_fails_the_check(stored: Track) -> None:
    path = store.local_path("m/h264-160x80/seg-00001.m4s")
    assert path is not None
    path.unlink()
    with pytest.raises(MediaError, match="verify_failed"):
        verify([stored], "m/")


def test_a_segment_that_is_cut_fails_the_check(stored: Track) -> None:
    name = "m/h264-160x80/seg-00001.m4s"
    store.write(name, store.read(name)[:-400])
    with pytest.raises(MediaError, match="verify_failed"):
        verify([stored], "m/")


def test_two_segments_in_the_wrong_order_fail_the_check(stored: Track) -> None:
    first, second = (f"m/h264-160x80/seg-0000{n}.m4s" for n in (0, 1))
    data = store.read(first), store.read(second)
    store.write(first, data[1])
    store.write(second, data[0])
    with pytest.raises(MediaError, match="verify_failed"):
        verify([stored], "m/")


def test_another_size_than_promised_fails_the_check(stored: Track) -> None:
    with pytest.raises(MediaError, match="verify_failed"):
        verify([track(width=320, height=160)], "m/")


def test_libavformat_reads_the_header_as_it_was_meant(stored: Track) -> None:
    with av.open(Joined(playlist_files("m/h264-160x80/"))) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.codec.canonical_name == "h264"
        assert (stream.codec_context.width, stream.codec_context.height) == (160, 80)
        assert stream.time_base == Fraction(1, 10020)


def test_the_media_playlist_lasts_as_long_as_the_film() -> None:
    lengths = [float(found) for found in re.findall(r"#EXTINF:([\d.]+)", media_playlist(track()))]
    assert sum(lengths) == pytest.approx(50 / 30, abs=1e-5)
    target = re.search(r"TARGETDURATION:(\d+)", media_playlist(track()))
    assert target is not None
    assert int(target[1]) >= max(lengths)


def test_the_multivariant_playlist_gives_av1_opus_and_h264_aac() -> None:
    opus = track(
        "audio-opus", codec="opus", codecs="opus", timescale=48000, ticks=[48000], width=0, height=0, channels=2
    )
    text = multivariant_playlist([track(), track("av1-160x80", codec="av1", codecs="av01.0.00M.08")], [AUDIO, opus])
    variants = re.findall(r"#EXT-X-STREAM-INF:(.*)\n(.*)", text)
    assert [uri for _, uri in variants] == ["h264-160x80/index.m3u8", "av1-160x80/index.m3u8"]
    assert 'CODECS="avc1.64000b,mp4a.40.2",RESOLUTION=160x80,FRAME-RATE=30.000,AUDIO="aac"' in variants[0][0]
    assert 'CODECS="av01.0.00M.08,opus"' in variants[1][0]
    assert variants[0][0].startswith("BANDWIDTH=460000,AVERAGE-BANDWIDTH=328000")


def test_players_begin_with_a_rendition_that_comes_quickly() -> None:
    ladder = [track(f"h264-{width}x{width // 2}", width=width, height=width // 2) for width in (3840, 2560, 1920, 1280)]
    uris = [line for line in multivariant_playlist(ladder, []).splitlines() if line.endswith("index.m3u8")]
    assert [uri.split("-")[1].split("x")[0] for uri in uris] == ["1920", "1280", "3840", "2560"]


def test_the_dash_manifest_tells_the_same_times_as_the_playlist() -> None:
    root = ElementTree.fromstring(dash_manifest([track()], [AUDIO]))
    representations = root.findall(f".//{DASH}Representation")
    assert [found.get("id") for found in representations] == ["h264-160x80", "audio-aac"]
    template = representations[0].find(f"{DASH}SegmentTemplate")
    assert template is not None
    runs = [(int(s.get("d", 0)), int(s.get("r", 0)) + 1) for s in template.iter(f"{DASH}S")]
    assert [length for length, count in runs for _ in range(count)] == track().ticks
    assert template.get("media") == "h264-160x80/seg-$Number%05d$.m4s"
    assert float(str(root.get("mediaPresentationDuration"))[2:-1]) == pytest.approx(50 / 30, abs=1e-5)


# --- configuration records --------------------------------------------------------------------


def test_an_av1_level_is_read_from_the_sequence_header() -> None:
    entry = samples.av1_entry(bytes.fromhex("0a0b00000042a7ffffe017c002"))
    assert entry.codecs == "av01.0.08M.08"
    assert entry.record[:4] == bytes([0x81, 8, 0x0C, 0])


def test_a_temporal_delimiter_is_taken_off_and_nothing_else() -> None:
    unit = bytes.fromhex("12000a0b00000042a7ffffe017c002")
    assert samples.without_temporal_delimiter(unit) == unit[2:]
    assert samples.without_temporal_delimiter(unit[2:]) == unit[2:]


def test_start_codes_of_three_and_four_bytes_become_lengths() -> None:
    stream = b"\x00\x00\x00\x01\x67abc\x00\x00\x01\x68d\x00\x00\x00\x01\x65xyz"
    assert samples.length_prefixed(stream) == b"\0\0\0\4gabc\0\0\0\2hd\0\0\0\4exyz"


def test_an_hevc_entry_is_what_libavformat_decodes() -> None:
    """From x265's headers, muxed by us, decoded by libavcodec."""
    from streaming.library.packaging.fmp4 import TrackSample, segment, video_header
    from tests.library.films import number_of, numbered, to_frame

    encoder = av.CodecContext.create("libx265", "w")
    encoder.width, encoder.height, encoder.pix_fmt = 320, 160, "yuv420p"
    encoder.framerate, encoder.time_base = Fraction(30), Fraction(1, 30)
    encoder.options = {"preset": "ultrafast", "x265-params": "bframes=0:log-level=none:pools=1"}
    encoder.flags |= av.codec.context.Flags.global_header
    encoder.open()
    packets = []
    for number in range(6):
        frame = to_frame(numbered(number, 320, 160), "yuv420p")
        frame.pts = number
        packets += encoder.encode(frame)
    packets += encoder.encode(None)
    entry = samples.hevc_entry(encoder.extradata or b"")
    assert re.fullmatch(r"hvc1\.1\.6\.L\d+(\.[0-9A-F]{1,2})*", entry.codecs)
    units = [TrackSample(samples.hevc_sample(bytes(p)), 1000, 0, bool(p.is_keyframe)) for p in packets]
    film = video_header(entry, 320, 160, 30000) + segment(1, 0, units)
    with av.open(io.BytesIO(film)) as container:
        assert [number_of(frame) for frame in container.decode(video=0)] == list(range(6))

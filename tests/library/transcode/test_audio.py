"""Sound stays with the picture, to the sample."""

import io
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from streaming.library.errors import MediaError
from streaming.library.probe.examine import examine
from streaming.library.transcode import audio
from streaming.library.transcode.audio import AudioHeader, AudioSegment, AudioWork, make_audio
from tests.library.films import make_film


def sound_of(film: Path, codec: str, seconds: float = 1.0) -> tuple[bytes, list[AudioSegment], float]:
    facts, timeline = examine(film)
    start = float(int(timeline.pts[0]) * timeline.time_base)
    work = AudioWork(film, facts["audio"]["stream_index"], codec, 2, 128, start, timeline.duration, seconds)
    header, *segments = list(make_audio(work))
    assert isinstance(header, AudioHeader)
    media = [segment for segment in segments if isinstance(segment, AudioSegment)]
    return header.init + b"".join(segment.media for segment in media), media, timeline.duration


def loud_from(stream: bytes) -> tuple[float, float]:
    """Seconds at which the burst begins, and how long everything is."""
    with av.open(io.BytesIO(stream)) as container:
        frames = [(frame.time, frame.to_ndarray()) for frame in container.decode(audio=0)]
    times = np.concatenate([time + np.arange(data.shape[-1]) / 48000 for time, data in frames])
    level = np.concatenate([np.abs(data).max(axis=0) for _, data in frames])
    return float(times[np.argmax(level > 0.3)]), float(times[-1])


@pytest.mark.parametrize("codec", ["aac", "opus"])
@pytest.mark.parametrize("click", [0.5, 1.37])
def test_a_click_is_heard_when_it_happened(codec: str, click: float, tmp_path: Path) -> None:
    film = make_film(tmp_path / "film.mp4", frames=60, click_at=click)
    stream, _, duration = sound_of(film, codec)
    heard, end = loud_from(stream)
    assert heard == pytest.approx(click, abs=0.002)
    assert end == pytest.approx(duration, abs=0.025)


def remuxed(film: Path, target: Path, change: Callable[[av.Packet], av.Packet]) -> Path:
    """The same film with every sound packet changed."""
    with av.open(str(film)) as source, av.open(str(target), "w") as output:
        streams = {stream.index: output.add_stream_from_template(stream) for stream in source.streams}
        for packet in source.demux():
            if packet.size:
                stream = streams[packet.stream.index]
                changed = change(packet) if packet.stream.type == "audio" else packet
                changed.stream = stream
                output.mux(changed)
    return target


def test_sound_that_begins_later_than_the_picture_stays_late(tmp_path: Path) -> None:
    def later(packet: av.Packet) -> av.Packet:
        packet.pts += 300
        packet.dts += 300
        return packet

    film = make_film(tmp_path / "film.mkv", frames=60, click_at=1.0)
    late = remuxed(film, tmp_path / "late.mkv", later)
    assert loud_from(sound_of(late, "opus")[0])[0] == pytest.approx(1.3, abs=0.003)


def test_segments_have_whole_packets_and_their_durations_add_up(tmp_path: Path) -> None:
    film = make_film(tmp_path / "film.mp4", frames=90, click_at=0.1)
    _, segments, duration = sound_of(film, "aac", seconds=1.0)
    assert len(segments) == 3
    assert all(segment.ticks % 1024 == 0 for segment in segments)
    assert 0 <= sum(segment.ticks for segment in segments) - duration * 48000 < 1024


def test_sound_of_which_nothing_decodes_is_an_error_with_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audio, "decoded", lambda work, progress: iter(()))
    with pytest.raises(MediaError) as refusal:
        sound_of(make_film(tmp_path / "film.mp4", frames=12, click_at=0.1), "aac")
    assert refusal.value.code == "audio_failed"

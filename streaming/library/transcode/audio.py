"""The sound of a master in one codec: decode, 48 kHz, align to the picture, encode, cut into CMAF segments.

Encoders put priming samples in front of the sound (AAC 1024, Opus 312 at 48 kHz). There is no edit list to hide
them, so they are taken out of the time line instead: AAC's first packet is dropped; for Opus the first 312 samples
of the sound are not given to the encoder. Either way decoded sample n belongs to time n / 48000 s.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.codec.context import Flags
from numpy.typing import NDArray

from streaming.library.errors import MediaError
from streaming.library.packaging.fmp4 import TrackSample, audio_header, segment
from streaming.library.packaging.samples import SampleEntry, aac_entry, opus_entry
from streaming.library.probe.examine import open_source

SAMPLE_RATE = 48000
ENCODERS = {"aac": ("aac", "fltp"), "opus": ("libopus", "flt")}
OPUS_PRIMING = 312
# A jump of the time stamps that is larger is a gap or an overlap; smaller ones are rounding.
JUMP_SAMPLES = SAMPLE_RATE // 20
BLOCK_SAMPLES = SAMPLE_RATE

Samples = NDArray[np.float32]


@dataclass(frozen=True)
class AudioWork:
    """`start`: time of the first picture in the source's own seconds; `duration`: how long the pictures last."""

    source: Path
    stream_index: int
    codec: str
    channels: int
    kbps: int
    start: float
    duration: float
    segment_seconds: float
    language: str = "und"


@dataclass(frozen=True)
class AudioSegment:
    media: bytes
    ticks: int


@dataclass(frozen=True)
class AudioHeader:
    init: bytes
    codecs: str


def make_audio(
    work: AudioWork, *, progress: Callable[[float], None] = lambda part: None
) -> Iterator[AudioHeader | AudioSegment]:
    """First the header, then the segments in order. `progress` hears 0..1 and may raise to stop.

    Raises `MediaError("audio_failed")` if nothing of the sound can be decoded.
    """
    encoder = make_encoder(work)
    entry = sample_entry(work.codec, encoder)
    yield AudioHeader(audio_header(entry, work.channels, SAMPLE_RATE, work.language), entry.codecs)
    total = round(work.duration * SAMPLE_RATE)
    skipped = OPUS_PRIMING if work.codec == "opus" else 0
    packets = encode(encoder, frames_of(aligned(work, skipped, total, progress), encoder))
    per_segment = max(1, round(work.segment_seconds * SAMPLE_RATE / encoder.frame_size))
    pending: list[TrackSample] = []
    made, needed = 0, -(-total // encoder.frame_size)
    for data in packets:
        if made * per_segment + len(pending) >= needed:
            break
        pending.append(TrackSample(data, encoder.frame_size, 0, True))
        if len(pending) == per_segment:
            yield finish_segment(made, per_segment, encoder.frame_size, pending)
            made, pending = made + 1, []
    if pending:
        yield finish_segment(made, per_segment, encoder.frame_size, pending)


def finish_segment(index: int, per_segment: int, frame_size: int, samples: list[TrackSample]) -> AudioSegment:
    media = segment(index + 1, index * per_segment * frame_size, samples)
    return AudioSegment(media, len(samples) * frame_size)


def make_encoder(work: AudioWork) -> AudioCodecContext:
    name, sample_format = ENCODERS[work.codec]
    encoder = av.CodecContext.create(name, "w")
    encoder.sample_rate = SAMPLE_RATE
    encoder.format = sample_format
    encoder.layout = "mono" if work.channels == 1 else "stereo"
    encoder.bit_rate = work.kbps * 1000
    encoder.time_base = Fraction(1, SAMPLE_RATE)
    encoder.flags |= Flags.global_header
    encoder.open()
    return encoder


def sample_entry(codec: str, encoder: AudioCodecContext) -> SampleEntry:
    extradata = encoder.extradata or b""
    return aac_entry(extradata) if codec == "aac" else opus_entry(extradata)


def decoded(work: AudioWork, progress: Callable[[float], None]) -> Iterator[tuple[float | None, Samples]]:
    """(time after the first picture or None, samples (channels, n)) of what decodes; damaged packets leave gaps."""
    layout = "mono" if work.channels == 1 else "stereo"
    with open_source(work.source) as container:
        stream = container.streams[work.stream_index]
        stream.codec_context.thread_count = 1
        resampler = AudioResampler("fltp", layout, SAMPLE_RATE)
        for packet in container.demux(stream):
            try:
                frames = packet.decode()
            except av.error.FFmpegError:
                continue
            for frame in frames:
                time = None if frame.time is None else frame.time - work.start
                if time is not None:
                    progress(min(1.0, max(0.0, time / work.duration)))
                for resampled in resampler.resample(frame):
                    yield time, resampled.to_ndarray()
                    time = None
        for resampled in resampler.resample(None):
            yield None, resampled.to_ndarray()


def aligned(work: AudioWork, first: int, total: int, progress: Callable[[float], None]) -> Iterator[Samples]:
    """Samples `first` .. `total` - 1 of the time line that begins with the first picture, silence where there are
    none."""
    position, heard = first, False
    for time, samples in decoded(work, progress):
        heard = True
        begin = position if time is None else round(time * SAMPLE_RATE)
        if abs(begin - position) <= JUMP_SAMPLES and position > first:
            begin = position
        if begin > position:
            yield from silence(work.channels, min(begin, total) - position)
            position = min(begin, total)
        kept = samples[:, max(position - begin, 0) : max(total - begin, 0)]
        if kept.shape[1]:
            yield kept
            position += kept.shape[1]
        if position >= total:
            return
    if not heard:
        raise MediaError("audio_failed", detail="no packet of the sound decodes")
    yield from silence(work.channels, total - position)


def silence(channels: int, count: int) -> Iterator[Samples]:
    for begin in range(0, count, BLOCK_SAMPLES):
        yield np.zeros((channels, min(BLOCK_SAMPLES, count - begin)), np.float32)


def frames_of(blocks: Iterator[Samples], encoder: AudioCodecContext) -> Iterator[AudioFrame]:
    """Blocks of any length -> frames of the encoder's size; the last one is filled up with silence."""
    size, held = encoder.frame_size, np.zeros((encoder.layout.nb_channels, 0), np.float32)
    number = 0
    for block in blocks:
        held = np.concatenate([held, block], axis=1)
        while held.shape[1] >= size:
            yield audio_frame(held[:, :size], number * size, encoder)
            held, number = held[:, size:], number + 1
    if held.shape[1]:
        last = np.pad(held, ((0, 0), (0, size - held.shape[1])))
        yield audio_frame(last, number * size, encoder)


def audio_frame(samples: Samples, pts: int, encoder: AudioCodecContext) -> AudioFrame:
    planar = encoder.format.is_planar
    data = samples if planar else samples.T.reshape(1, -1)
    frame = AudioFrame.from_ndarray(np.ascontiguousarray(data), format=encoder.format.name, layout=encoder.layout.name)
    frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, pts, Fraction(1, SAMPLE_RATE)
    return frame


def encode(encoder: AudioCodecContext, frames: Iterator[AudioFrame]) -> Iterator[bytes]:
    """Packets in order, without AAC's priming packet."""
    drops = 1 if encoder.name == "aac" else 0
    for frame in frames:
        for packet in encoder.encode(frame):
            if drops:
                drops -= 1
            else:
                yield bytes(packet)
    for packet in encoder.encode(None):
        yield bytes(packet)

"""What a file is: containers and streams by libavformat, its index, its first picture, its layout.

Runs in a process of its own (`streaming.library.probe.run`), because a decoder may crash on a hostile file.
"""

import os
from contextlib import suppress
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from streaming.library.errors import MediaError
from streaming.library.probe import boxes, spherical
from streaming.library.probe.timeline import Timeline, make_timeline

# Formats that people bring. Playlists (hls, concat, dash) are left out: they would make us open other files.
FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mxf,flv,asf,ogg,h264,hevc,ivf,obu,gif,y4m,yuv4mpegpipe"
OPEN_OPTIONS = {"format_whitelist": FORMATS, "protocol_whitelist": "file", "probesize": "20000000"}
MAX_SIDE = 16384
MIN_SIDE = 32
MAX_HOURS = 12
# Packets decoded at most in search of the first good picture.
FIRST_PICTURE_PACKETS = 400


def open_source(path: str | Path) -> InputContainer:
    """Open a file for reading with the formats and protocols that we allow. Raises av.error.FFmpegError."""
    return av.open(str(path), "r", options=OPEN_OPTIONS, metadata_errors="replace")


def examine(path: Path) -> tuple[dict[str, Any], Timeline]:
    """The probe of a file, as JSON-able facts, and its timeline. Raises `MediaError` for what we cannot take."""
    size = path.stat().st_size
    if size == 0:
        raise MediaError("empty_file")
    check_boxes(path, size)
    try:
        container = open_source(path)
    except (av.error.FFmpegError, ValueError, OSError) as error:
        raise MediaError("not_a_video", detail=str(error)) from error
    with container:
        stream = main_video(container)
        check_size(stream)
        facts = video_facts(container, stream)
        timeline = scan(container, stream)
        first = first_picture(path, stream.index)
        facts.update(picture_facts(stream, first))
        facts["audio"] = audio_facts(container)
    check_timeline(timeline)
    facts.update(
        size=size,
        frames=timeline.frames,
        source_frames=len(timeline.pts),
        keyframes=len(timeline.keys),
        duration=timeline.duration,
        fps=[*timeline.fps.as_integer_ratio()],
        constant_rate=timeline.constant,
        layout=asdict(layout_of(path, size, facts, first)),
    )
    return facts, timeline


def check_boxes(path: Path, size: int) -> None:
    """MP4 family only: is the index there, and is the file as long as its boxes say?"""
    with path.open("rb") as file:
        top = list(boxes.walk(file, 0, size))
    kinds = {box.type for box in top}
    if not kinds & {b"ftyp", b"moov", b"moof"} or (top and top[0].type not in KNOWN_FIRST_BOXES):
        return
    if b"moov" not in kinds:
        raise MediaError("index_missing")
    cut = [box for box in top if box.is_cut and box.type in {b"mdat", b"moov", b"moof"}]
    if cut:
        raise MediaError("truncated", expected=cut[0].declared_end, found=size)


KNOWN_FIRST_BOXES = {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"styp", b"pnot"}


def main_video(container: InputContainer) -> VideoStream:
    """The video stream to take: the best one that is not a cover picture."""
    candidates = [
        stream for stream in container.streams.video if not stream.disposition & av.stream.Disposition.attached_pic
    ]
    if not candidates:
        raise MediaError("no_video")
    best = container.streams.best("video")
    chosen = best if isinstance(best, VideoStream) and best in candidates else candidates[0]
    if chosen.codec_context is None:
        raise MediaError("unknown_codec", codec=codec_tag(chosen))
    return chosen


def codec_tag(stream: Any) -> str:
    tag = getattr(stream, "codec_tag", "") or getattr(stream, "name", "") or "unknown"
    return "".join(letter if letter.isprintable() else "." for letter in str(tag))


def check_size(stream: VideoStream) -> None:
    width, height = stream.codec_context.width, stream.codec_context.height
    if width > MAX_SIDE or height > MAX_SIDE:
        raise MediaError("too_large", width=width, height=height, limit=MAX_SIDE)
    if 0 < min(width, height) < MIN_SIDE:
        raise MediaError("too_small", width=width, height=height, limit=MIN_SIDE)


def video_facts(container: InputContainer, stream: VideoStream) -> dict[str, Any]:
    context = stream.codec_context
    tags = {key.lower(): value for key, value in {**container.metadata, **stream.metadata}.items()}
    return {
        "container": container.format.name,
        "codec": context.codec.canonical_name,
        "codec_name": context.codec.long_name,
        "profile": context.profile or "",
        "bit_rate": int(container.bit_rate or 0),
        "stream_index": stream.index,
        "spherical_v1": tags.get("spherical-video", ""),
    }


def scan(container: InputContainer, stream: VideoStream) -> Timeline:
    """Read every packet of the stream, without decoding, into a timeline."""
    shown: list[int] = []
    keys: list[int] = []
    packets, untimed = 0, 0
    try:
        for packet in container.demux(stream):
            if packet.size == 0:
                continue
            # A picture that an edit list hides is decoded all the same: others refer to it.
            if packet.is_keyframe and packet.pts is not None:
                keys.append(packet.pts)
            if packet.is_discard:
                continue
            packets += 1
            if packet.pts is None:
                untimed += 1
                continue
            shown.append(packet.pts)
    except av.error.FFmpegError as error:
        if not shown:
            raise MediaError("undecodable", detail=str(error)) from error
    if packets == 0:
        raise MediaError("no_video")
    hints = [Fraction(rate) for rate in (stream.average_rate, stream.guessed_rate, stream.base_rate) if rate]
    if untimed or len(set(shown)) != len(shown):
        rate = next((hint for hint in hints if 1 <= hint <= 60), Fraction(25))
        return make_timeline(list(range(packets)), [0], 1 / rate, [rate], sequential=True)
    return make_timeline(shown, keys or shown[:1], Fraction(stream.time_base), hints)


def first_picture(path: Path, stream_index: int) -> VideoFrame:
    """The first picture that decodes. Raises `MediaError("undecodable")` if none of the first packets gives one."""
    with open_source(path) as container:
        stream = container.streams[stream_index]
        stream.codec_context.thread_count = 1
        for number, packet in enumerate(container.demux(stream)):
            if number > FIRST_PICTURE_PACKETS:
                break
            with suppress(av.error.FFmpegError):
                for frame in packet.decode():
                    return frame
    raise MediaError("undecodable")


def picture_facts(stream: VideoStream, frame: VideoFrame) -> dict[str, Any]:
    """Facts of the decoded picture; `width` and `height` are those that a viewer sees (rotated, square samples)."""
    if frame.width > MAX_SIDE or frame.height > MAX_SIDE:
        raise MediaError("too_large", width=frame.width, height=frame.height, limit=MAX_SIDE)
    if min(frame.width, frame.height) < MIN_SIDE:
        raise MediaError("too_small", width=frame.width, height=frame.height, limit=MIN_SIDE)
    rotation = int(frame.rotation or 0) % 360
    aspect = Fraction(stream.sample_aspect_ratio or 1)
    if not Fraction(1, 4) <= aspect <= 4:
        aspect = Fraction(1)
    width, height = round(frame.width * aspect), frame.height
    if rotation in {90, 270}:
        width, height = height, width
    components = frame.format.components
    chroma = (
        "400"
        if len(components) < 2
        else {(2, 2): "420", (2, 1): "422", (1, 1): "444"}.get(
            (round(frame.width / components[1].width), round(frame.height / components[1].height)), "other"
        )
    )
    side_data = {data.type.name: bytes(data) for data in frame.side_data}
    return {
        "coded_width": frame.width,
        "coded_height": frame.height,
        "width": width,
        "height": height,
        "rotation": rotation,
        "sample_aspect": [*aspect.as_integer_ratio()],
        "pixel_format": frame.format.name,
        "bit_depth": components[0].bits,
        "chroma": chroma,
        "interlaced": bool(frame.interlaced_frame),
        "color": {
            "primaries": int(frame.color_primaries),
            "transfer": int(frame.color_trc),
            "matrix": int(frame.colorspace),
            "range": int(frame.color_range),
        },
        # PQ and HLG (ITU-T H.273 transfer characteristics 16 and 18)
        "hdr": int(frame.color_trc) in {16, 18},
        "side_spherical": side_data.get("SPHERICAL", b"")[:4].hex(),
        "side_stereo": side_data.get("STEREO3D", b"")[:4].hex(),
    }


def audio_facts(container: InputContainer) -> dict[str, Any] | None:
    stream = container.streams.best("audio")
    if stream is None or stream.codec_context is None:
        return None
    context = stream.codec_context
    return {
        "codec": context.codec.canonical_name,
        "channels": context.channels,
        "sample_rate": context.sample_rate,
        "language": stream.language or "",
        "stream_index": stream.index,
    }


def check_timeline(timeline: Timeline) -> None:
    if len(timeline.pts) < 2:
        raise MediaError("too_short", frames=len(timeline.pts))
    if timeline.duration > MAX_HOURS * 3600:
        raise MediaError("too_long", hours=round(timeline.duration / 3600), limit=MAX_HOURS)


def layout_of(path: Path, size: int, facts: dict[str, Any], frame: VideoFrame) -> spherical.Layout:
    """Declared by boxes, else by a Matroska tag, else by side data, else guessed from the shape."""
    with path.open("rb") as file:
        declared = spherical.declared_in_mp4(file, size) if "mp4" in facts["container"] else None
    tag, side, stereo = (facts.pop(key) for key in ("spherical_v1", "side_spherical", "side_stereo"))
    declared = declared or (spherical.parse_v1(tag.encode()) if tag else None)
    declared = declared or spherical.declared_in_side_data(bytes.fromhex(side), bytes.fromhex(stereo))
    return declared or spherical.guessed_from_shape(facts["width"], facts["height"])


def quiet() -> None:
    """libav's own messages would mix with our output."""
    os.environ.setdefault("SVT_LOG", "1")
    av.logging.set_level(av.logging.FATAL)

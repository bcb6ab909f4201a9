"""HLS (RFC 8216bis) and DASH (ISO/IEC 23009-1) manifests of the same CMAF segments."""

import math
from dataclasses import dataclass
from fractions import Fraction
from xml.sax.saxutils import quoteattr

from streaming.library.packaging.names import INIT_NAME, segment_name

# The widest rendition that a player may begin with.
START_WIDTH = 1920
# Which sound goes with which pictures: a player that has AV1 has Opus, one that has H.264 or HEVC has AAC.
AUDIO_OF = {"av1": "opus", "h264": "aac", "hevc": "aac"}


@dataclass(frozen=True)
class Track:
    """One rendition. `ticks`: durations of its segments in `timescale`; bandwidths in bit/s."""

    name: str
    codec: str
    codecs: str
    timescale: int
    ticks: list[int]
    peak_bandwidth: int
    average_bandwidth: int
    width: int = 0
    height: int = 0
    fps: Fraction = Fraction(0)
    channels: int = 0
    language: str = ""

    @property
    def seconds(self) -> float:
        return sum(self.ticks) / self.timescale


def media_playlist(track: Track) -> str:
    longest = max(ticks / track.timescale for ticks in track.ticks)
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{math.ceil(longest)}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        f'#EXT-X-MAP:URI="{INIT_NAME}"',
    ]
    for index, ticks in enumerate(track.ticks):
        lines += [f"#EXTINF:{ticks / track.timescale:.6f},", segment_name(index)]
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


def multivariant_playlist(videos: list[Track], audios: list[Track]) -> str:
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    by_codec = {track.codec: track for track in audios}
    for track in audios:
        language = f',LANGUAGE="{track.language}"' if track.language else ""
        lines.append(
            f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="{track.codec}",NAME="{track.language or "main"}"{language},'
            f'DEFAULT=YES,AUTOSELECT=YES,CHANNELS="{track.channels}",URI="{track.name}/index.m3u8"'
        )
    # Players begin with the first: one that comes quickly and is worth looking at, then the rest.
    for track in sorted(videos, key=lambda track: track.width > START_WIDTH):
        audio = by_codec.get(AUDIO_OF[track.codec])
        codecs = ",".join([track.codecs] + ([audio.codecs] if audio else []))
        peak = track.peak_bandwidth + (audio.peak_bandwidth if audio else 0)
        average = track.average_bandwidth + (audio.average_bandwidth if audio else 0)
        group = f',AUDIO="{audio.codec}"' if audio else ""
        lines += [
            f"#EXT-X-STREAM-INF:BANDWIDTH={peak},AVERAGE-BANDWIDTH={average},"
            f'CODECS="{codecs}",RESOLUTION={track.width}x{track.height},FRAME-RATE={float(track.fps):.3f}{group}',
            f"{track.name}/index.m3u8",
        ]
    return "\n".join([*lines, ""])


def dash_manifest(videos: list[Track], audios: list[Track]) -> str:
    duration = max(track.seconds for track in videos)
    longest = max(ticks / track.timescale for track in videos for ticks in track.ticks)
    tracks = [*videos, *audios]
    sets = [
        _adaptation_set(number, [track for track in tracks if track.codec == codec])
        for number, codec in enumerate(dict.fromkeys(track.codec for track in tracks))
    ]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-live:2011,'
        'urn:mpeg:dash:profile:cmaf:2019" type="static" '
        f'mediaPresentationDuration="PT{duration:.6f}S" minBufferTime="PT{longest:.3f}S">\n'
        f'  <Period id="0" start="PT0S" duration="PT{duration:.6f}S">\n' + "".join(sets) + "  </Period>\n</MPD>\n"
    )


def _adaptation_set(number: int, tracks: list[Track]) -> str:
    kind = "video" if tracks[0].width else "audio"
    language = f" lang={quoteattr(tracks[0].language)}" if tracks[0].language else ""
    representations = "".join(_representation(track) for track in tracks)
    return (
        f'    <AdaptationSet id="{number}" contentType="{kind}" mimeType="{kind}/mp4" segmentAlignment="true" '
        f'startWithSAP="1"{language}>\n'
        f'      <Role schemeIdUri="urn:mpeg:dash:role:2011" value="main"/>\n{representations}    </AdaptationSet>\n'
    )


def _representation(track: Track) -> str:
    if track.width:
        shape = f'width="{track.width}" height="{track.height}" frameRate="{_rate(track.fps)}" sar="1:1"'
        inside = ""
    else:
        shape = f'audioSamplingRate="{track.timescale}"'
        inside = (
            '        <AudioChannelConfiguration schemeIdUri="urn:mpeg:dash:23003:3:audio_channel_configuration:2011" '
            f'value="{track.channels}"/>\n'
        )
    return (
        f'      <Representation id="{track.name}" codecs="{track.codecs}" '
        f'bandwidth="{track.peak_bandwidth}" {shape}>\n{inside}'
        f'        <SegmentTemplate timescale="{track.timescale}" startNumber="0" '
        f'initialization="{track.name}/{INIT_NAME}" media="{track.name}/seg-$Number%05d$.m4s">\n'
        f"          <SegmentTimeline>{_timeline(track.ticks)}</SegmentTimeline>\n"
        "        </SegmentTemplate>\n      </Representation>\n"
    )


def _rate(fps: Fraction) -> str:
    return str(fps.numerator) if fps.denominator == 1 else f"{fps.numerator}/{fps.denominator}"


def _timeline(ticks: list[int]) -> str:
    """Runs of equal durations, as S elements."""
    runs: list[list[int]] = []
    for value in ticks:
        if runs and runs[-1][0] == value:
            runs[-1][1] += 1
        else:
            runs.append([value, 0])
    elements = []
    for place, (value, repeats) in enumerate(runs):
        time = ' t="0"' if place == 0 else ""
        more = f' r="{repeats}"' if repeats else ""
        elements.append(f'<S{time} d="{value}"{more}/>')
    return "".join(elements)

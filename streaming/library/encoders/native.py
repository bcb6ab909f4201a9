"""HEVC by our own encoder (`codec_native`), as one untiled stream per rendition (sample entry hvc1).

The encoder reports its own squared errors, so that nothing has to be decoded to measure quality.
"""

from collections.abc import Iterator
from typing import Any

from av.video.frame import VideoFrame

from streaming.library.encoders.base import Backend, Sample, VideoSettings, register
from streaming.library.packaging.samples import SampleEntry, hevc_entry, hevc_sample

CRF = "23"
PRESET = "superfast"
# Options of a rendition that are the encoder's settings, and what they are.
RATE = {"crf": float, "qp": float, "maxrate": int, "bufsize": int, "keyint": int}


def hevc_options(max_kbps: int, gop: int) -> dict[str, str]:
    return {
        "preset": PRESET,
        "crf": CRF,
        "maxrate": str(max_kbps),
        "bufsize": str(max_kbps),
        "keyint": str(gop),
    }


class NativeEncoder:
    """One segment's encoder. Errors are always measured: they cost nothing here."""

    def __init__(self, settings: VideoSettings, *, measure: bool = True) -> None:
        from codec_native import Encoder

        options: dict[str, Any] = {
            key: kind(settings.options[key]) for key, kind in RATE.items() if key in settings.options
        }
        self._given = 0
        self._encoder = Encoder(
            settings.width,
            settings.height,
            settings.fps,
            preset=settings.options["preset"],
            threads=settings.threads,
            projection="erp" if settings.projection == "equirectangular" else "flat",
            stereo="top-bottom" if settings.stereo == "top-bottom" else "mono",
            colour_primaries=settings.color[0],
            transfer=settings.color[1],
            matrix=settings.color[2],
            **options,
        )

    def encode(self, picture: VideoFrame) -> Iterator[Sample]:
        packets = self._encoder.encode(picture, pts=self._given)
        self._given += 1
        yield from map(to_sample, packets)

    def flush(self) -> Iterator[Sample]:
        yield from map(to_sample, self._encoder.flush())

    def sample_entry(self) -> SampleEntry:
        return hevc_entry(self._encoder.headers)

    def close(self) -> None:
        self._encoder.close()


def to_sample(packet: Any) -> Sample:
    return Sample(hevc_sample(packet.data), packet.pts, packet.keyframe, float(packet.sse[0]), float(packet.ws_sse))


def is_built() -> bool:
    """Whether the C part is here (a checkout whose `make setup` did not run has none)."""
    try:
        import codec_native  # noqa: F401
    except ImportError:
        return False
    return True


if is_built():
    register(Backend("hevc", NativeEncoder, hevc_options))

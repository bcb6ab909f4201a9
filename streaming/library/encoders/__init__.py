"""Video encoders behind one interface (`base.VideoEncoder`)."""

from streaming.library.encoders import libav, native  # noqa: F401 - they register their backends
from streaming.library.encoders.base import VideoEncoder, VideoSettings, backend


def encoder_for(settings: VideoSettings, *, measure: bool = True) -> VideoEncoder:
    """A fresh encoder for one segment. Raises KeyError for a codec that is not available here."""
    return backend(settings.codec).factory(settings, measure=measure)

"""What the library stores. `master` is the back half (probe to publish), `upload` the front half (tus)."""

from streaming.library.models.master import (
    AudioRendition,
    Codec,
    Master,
    MasterState,
    Projection,
    ProjectionSource,
    Rendition,
    RenditionKind,
    Segment,
    Stereo,
    WorkState,
)
from streaming.library.models.upload import Upload, UploadState

__all__ = [
    "AudioRendition",
    "Codec",
    "Master",
    "MasterState",
    "Projection",
    "ProjectionSource",
    "Rendition",
    "RenditionKind",
    "Segment",
    "Stereo",
    "Upload",
    "UploadState",
    "WorkState",
]

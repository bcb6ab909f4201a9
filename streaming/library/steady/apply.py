"""Pictures turned back."""

import numpy as np
from av.video.frame import VideoFrame
from av.video.plane import VideoPlane
from numpy.typing import NDArray

from codec_native.sphere import turned
from streaming.library.steady.rotation import Matrix


def steadied(picture: VideoFrame, rotation: Matrix) -> VideoFrame:
    """A yuv420p picture of a sphere as it would be if the camera had not turned; its colours are described as before.

    Chroma is taken to lie between its luma samples; where it lies left of that, a turn moves it by a quarter of its own
    sample at most.
    """
    still = VideoFrame(picture.width, picture.height, "yuv420p")
    for source, target in zip(picture.planes, still.planes, strict=True):
        turned(_samples(source), rotation, out=_samples(target))
    still.colorspace, still.color_range = picture.colorspace, picture.color_range
    still.color_primaries, still.color_trc = picture.color_primaries, picture.color_trc
    return still


def _samples(plane: VideoPlane) -> NDArray[np.uint8]:
    """Where they lie, without what pads the lines."""
    return np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[: plane.height, : plane.width]

"""An HEVC encoder of our own, with motion-constrained tiles for 360-degree video, a bitstream tool,
and the turning of spheres.

Stands alone: C behind cffi, NumPy in front, no Django. ``python -m codec_native`` is the command.
"""

from codec_native.bitstream import Place, Stream, extract, merge, pack, split
from codec_native.encoder import PRESETS, Encoder, Packet, Quality, cpu_features
from codec_native.errors import (
    BitstreamError,
    CodecError,
    CodecMemoryError,
    FrameError,
    FrameTypeError,
    MachineError,
    SettingsError,
    StateError,
)
from codec_native.metrics import latitude_weights, psnr, ws_psnr

__all__ = [
    "PRESETS",
    "BitstreamError",
    "CodecError",
    "CodecMemoryError",
    "Encoder",
    "FrameError",
    "FrameTypeError",
    "MachineError",
    "Packet",
    "Place",
    "Quality",
    "SettingsError",
    "StateError",
    "Stream",
    "cpu_features",
    "extract",
    "latitude_weights",
    "merge",
    "pack",
    "psnr",
    "split",
    "ws_psnr",
]

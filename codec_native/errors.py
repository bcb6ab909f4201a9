"""What can go wrong, as exceptions with a code that programs can act on and a sentence that people can.

Every exception is a :class:`CodecError` and also the built-in kind that a Python programmer expects (``ValueError``,
``TypeError`` ...). ``code`` is stable; the message is English and can be translated by
:func:`codec_native.i18n.gettext`.
"""

from __future__ import annotations


class CodecError(Exception):
    """Base of all errors of this package."""

    code = "codec"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code


class SettingsError(CodecError, ValueError):
    """A setting is out of range, or two settings contradict each other."""

    code = "settings"


class FrameError(CodecError, ValueError):
    """A picture has the wrong size, shape or strides."""

    code = "frame"


class FrameTypeError(CodecError, TypeError):
    """A picture is of a type, sample type or pixel format that cannot be encoded."""

    code = "frame-type"


class StateError(CodecError, RuntimeError):
    """A call came at the wrong time: after closing or flushing, or from two threads at once."""

    code = "state"


class MachineError(CodecError, RuntimeError):
    """This machine lacks an instruction set or could not start a thread."""

    code = "machine"


class CodecMemoryError(CodecError, MemoryError):
    """There was not enough memory."""

    code = "memory"


class BitstreamError(CodecError, ValueError):
    """A stream is broken, or streams do not fit together.

    ``kind`` is one of ``argument``, ``truncated``, ``invalid``, ``unsupported``, ``mismatch``, ``missing``; ``stream``,
    ``picture`` and ``tile`` say where, each ``None`` when it is about none in particular.
    """

    code = "bitstream"

    def __init__(
        self, message: str, *, kind: str, stream: int | None = None, picture: int | None = None, tile: int | None = None
    ) -> None:
        super().__init__(message, code=f"bitstream-{kind}")
        self.kind = kind
        self.stream = stream
        self.picture = picture
        self.tile = tile

"""What can go wrong, as exceptions with a code that programs can act on and a sentence that people can.

Every exception is a :class:`CodecError` and also the built-in kind that a Python programmer expects (``ValueError``,
``TypeError`` ...). ``code`` is stable; the message is English, and ``localized()`` says it in the reader's language.
"""

from __future__ import annotations

from codec_native.i18n import gettext


class CodecError(Exception):
    """Base of all errors of this package.

    ``values`` fill the places ``{0}``, ``{1}`` ... of the message; what is translated is the message before that.
    """

    code = "codec"

    def __init__(self, message: str, *values: object, code: str | None = None) -> None:
        super().__init__(message.format(*values) if values else message)
        self._template = message if values else None
        self._values = values
        if code is not None:
            self.code = code

    def localized(self, language: str | None = None) -> str:
        """The message in ``language`` (``zh_Hans``, ``en``), by default the one that the environment asks for."""
        if self._template is None:
            return gettext(str(self), language)
        return gettext(self._template, language).format(*self._values)


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
        self,
        message: str,
        *values: object,
        kind: str,
        stream: int | None = None,
        picture: int | None = None,
        tile: int | None = None,
    ) -> None:
        super().__init__(message, *values, code=f"bitstream-{kind}")
        self.kind = kind
        self.stream = stream
        self.picture = picture
        self.tile = tile

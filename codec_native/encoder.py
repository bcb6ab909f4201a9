"""The encoder as Python sees it: pictures in, packets out.

    with Encoder(3840, 1920, 30, preset="superfast", qp=30, projection="erp") as encoder:
        for frame in frames:                 # NumPy planes, an I420 array, or PyAV frames
            for packet in encoder.encode(frame):
                out.write(packet.data)
        for packet in encoder.flush():
            out.write(packet.data)

Pictures are not copied on the Python side: the C encoder reads the planes where they lie, with their strides, and has
taken what it needs when ``encode`` returns. The GIL is released while C works.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt

from codec_native._codec import ffi, lib
from codec_native.errors import (
    CodecError,
    CodecMemoryError,
    FrameError,
    FrameTypeError,
    MachineError,
    SettingsError,
    StateError,
)
from codec_native.i18n import gettext_noop

PRESETS = ("ultrafast", "superfast", "fast", "medium", "slow")
SIMD_LEVELS = ("auto", "c", "avx2", "avx512")
PROJECTIONS = ("flat", "erp")
STEREO_LAYOUTS = ("mono", "top-bottom")
KEY_TYPES = ("idr", "cra")
FRAME_TYPES = ("IDR", "I", "P", "B", "CRA")
PIXEL_FORMATS = ("yuv420p", "yuvj420p")

Plane = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Quality:
    """One of several qualities that a single pass encodes; the first is the best.

    ``qp_offset`` counts in constant-QP and CRF modes, the rates (kbit/s, kbit) in the others. A quality that
    ``continues`` has I pictures only at every ``key_group``-th random-access picture (setting of the encoder). At the
    others it has P pictures that look back to the picture before them, so that a tile that is already there costs no
    new I picture. With constant QP or CRF and no VBV the first segment of each group is the best quality's, whatever
    ``qp_offset`` says of those after it: what is coded is what changes of a picture that was looked at. Such a tile
    also decodes after the same tile of another quality, with that one's errors instead of its own, until the next I
    picture.
    """

    qp_offset: float = 0.0
    bitrate: int = 0
    maxrate: int = 0
    bufsize: int = 0
    continues: bool = False


@dataclass(frozen=True, slots=True)
class Packet:
    """One access unit (Annex B) of one quality.

    ``pts`` and ``dts`` are in the unit of the pictures' pts. ``tile_ranges`` are (offset, size) of each tile's slice in
    ``data``, raster order, start code included; ``intra_tiles`` says which of them are all intra, so that a tile can
    change its quality there. ``sse`` are the squared errors of Y, Cb and Cr, ``tile_sse`` each tile's of Y, ``ws_sse``
    that of Y weighted by latitude. ``recon`` is the reconstruction (Y, Cb, Cr) when the encoder was asked for it.
    """

    data: bytes
    quality: int
    pts: int
    dts: int
    keyframe: bool
    frame_type: str
    temporal_level: int
    poc: int
    display_index: int
    qp: float
    average_qp: float
    tile_ranges: tuple[tuple[int, int], ...]
    intra_tiles: tuple[bool, ...]
    sse: tuple[int, int, int]
    tile_sse: tuple[int, ...]
    ws_sse: float
    recon: tuple[Plane, Plane, Plane] | None = None

    def __len__(self) -> int:
        return len(self.data)


def cpu_features() -> dict[str, Any]:
    """Instruction sets that this build can use on this machine, and the one that ``simd="auto"`` takes.

    ``{"c": True, "avx2": ..., "avx512": ..., "selected": "avx2"}``; ``selected`` is None when the environment variable
    ``VR_CODEC_SIMD`` names one that is not here.
    """
    name = lib.vr_ffi_simd_name()
    features: dict[str, Any] = {level: bool(lib.vr_ffi_simd_available(i)) for i, level in enumerate(SIMD_LEVELS[1:])}
    features["selected"] = ffi.string(name).decode() if name != ffi.NULL else None
    return features


def _error(code: int) -> CodecError:
    text = ffi.string(lib.vr_strerror(code)).decode()
    kinds: dict[int, type[CodecError]] = {
        lib.VR_ERR_PARAM: SettingsError,
        lib.VR_ERR_MEMORY: CodecMemoryError,
        lib.VR_ERR_PICTURE: FrameError,
        lib.VR_ERR_SIMD: MachineError,
        lib.VR_ERR_STATE: StateError,
        lib.VR_ERR_THREAD: MachineError,
    }
    return kinds.get(code, CodecError)(text)


def _choice(name: str, value: str, choices: Sequence[str]) -> int:
    if value not in choices:
        raise SettingsError(gettext_noop("{0} must be one of {1}, not {2}"), name, ", ".join(choices), repr(value))
    return choices.index(value)


def _whole(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise SettingsError(gettext_noop("{0} must be a whole number, not {1}"), name, repr(value))
    if not -(2**31) <= value < 2**31:
        raise SettingsError(gettext_noop("{0} is out of range: {1}"), name, value)
    return int(value)


def _frame_rate(fps: Any) -> Fraction:
    try:
        rate = Fraction(fps).limit_denominator(1001)
    except (TypeError, ValueError, OverflowError, ZeroDivisionError):
        raise SettingsError(
            gettext_noop("fps must be a number or a fraction such as '30000/1001', not {0}"), repr(fps)
        ) from None
    if not 1 <= rate <= 240:
        raise SettingsError(gettext_noop("fps must lie between 1 and 240, not {0}"), fps)
    return rate


class Settings:
    """Turns keyword settings into the C structure, and refuses what C would refuse, with the reason."""

    # Python name -> field of vr_param, for what is a plain whole number or a switch
    WHOLE = {
        "keyint": "keyint",
        "key_group": "key_group",
        "gop_size": "gop_size",
        "refs": "refs",
        "tile_refresh": "tile_refresh",
        "threads": "threads",
        "lookahead": "lookahead",
        "cutree": "cutree",
        "scenecut": "scenecut",
        "sao": "sao",
        "deblock": "deblock",
        "rdoq": "rdoq",
        "sign_hiding": "sign_hiding",
        "max_merge": "max_merge",
        "rect_partitions": "rect_partitions",
        "min_cu_log2": "min_cu_log2",
        "level": "level_idc",
        "colour_primaries": "colour_primaries",
        "transfer": "transfer_characteristics",
        "matrix": "matrix_coefficients",
    }
    SWITCH = {
        "low_delay": "low_delay",
        "mcts": "mcts",
        "hash_sei": "hash_sei",
        "aud": "aud",
        "full_range": "full_range",
        "repeat_headers": "repeat_headers",
        "high_tier": "high_tier",
        "recon": "recon",
    }
    NUMBER = {"latitude_strength": "latitude_strength", "aq_strength": "aq_strength"}

    def __init__(self, width: int, height: int, fps: Any, preset: str, options: dict[str, Any]) -> None:
        self.param = ffi.new("vr_param *")
        _choice("preset", preset, PRESETS)
        lib.vr_param_default(self.param, lib.vr_preset_from_name(preset.encode()))
        p = self.param
        p.width, p.height = _whole("width", width), _whole("height", height)
        rate = _frame_rate(fps)
        p.fps_num, p.fps_den = rate.numerator, rate.denominator
        rest = dict(options)
        self._rate(rest)
        self._tiles(rest.pop("tiles", None))
        self._qualities(rest.pop("qualities", ()))
        p.simd = (lib.VR_ISA_AUTO, lib.VR_ISA_C, lib.VR_ISA_AVX2, lib.VR_ISA_AVX512)[
            _choice("simd", rest.pop("simd", "auto"), SIMD_LEVELS)
        ]
        p.projection = _choice("projection", rest.pop("projection", "flat"), PROJECTIONS)
        p.key_type = _choice("key_type", rest.pop("key_type", "idr"), KEY_TYPES)
        p.stereo = _choice("stereo", rest.pop("stereo", "mono"), STEREO_LAYOUTS)
        for name, value in rest.items():
            self._plain(name, value)
        self.validate()

    def _plain(self, name: str, value: Any) -> None:
        if value is None:
            return
        if name in self.WHOLE:
            setattr(self.param, self.WHOLE[name], _whole(name, int(value) if isinstance(value, bool) else value))
        elif name in self.SWITCH:
            setattr(self.param, self.SWITCH[name], 1 if value else 0)
        elif name in self.NUMBER:
            setattr(self.param, self.NUMBER[name], self._number(name, value))
        else:
            raise SettingsError(gettext_noop("there is no setting {0}"), repr(name))

    @staticmethod
    def _number(name: str, value: Any) -> float:
        try:
            number = float(value)
        except (TypeError, ValueError):
            raise SettingsError(gettext_noop("{0} must be a number, not {1}"), name, repr(value)) from None
        if number != number:
            raise SettingsError(gettext_noop("{0} must be a number, not {1}"), name, repr(value))
        return number

    def _rate(self, rest: dict[str, Any]) -> None:
        p = self.param
        qp, crf, bitrate = rest.pop("qp", None), rest.pop("crf", None), rest.pop("bitrate", None)
        maxrate, bufsize = rest.pop("maxrate", None), rest.pop("bufsize", None)
        cbr = bool(rest.pop("cbr", False))
        if sum(value is not None for value in (qp, crf, bitrate)) > 1:
            raise SettingsError(gettext_noop("only one of qp, crf and bitrate can be given"))
        if crf is not None:
            p.rc_mode, p.crf = lib.VR_RATE_CRF, self._number("crf", crf)
        elif bitrate is not None:
            p.rc_mode = lib.VR_RATE_CBR if cbr else lib.VR_RATE_ABR
            p.bitrate_kbps = _whole("bitrate", bitrate)
        elif qp is not None:
            p.rc_mode, p.qp = lib.VR_RATE_CQP, self._number("qp", qp)
        if cbr and bitrate is None:
            raise SettingsError(gettext_noop("cbr needs a bitrate"))
        if (maxrate is not None or bufsize is not None) and p.rc_mode == lib.VR_RATE_CQP:
            raise SettingsError(
                gettext_noop("maxrate and bufsize need crf or bitrate: a constant QP cannot keep to a buffer")
            )
        p.maxrate_kbps = 0 if maxrate is None else _whole("maxrate", maxrate)
        p.bufsize_kbit = 0 if bufsize is None else _whole("bufsize", bufsize)

    def _tiles(self, tiles: Any) -> None:
        if tiles is None:
            return
        if isinstance(tiles, str):
            parts = tiles.lower().split("x")
            if len(parts) != 2 or not all(part.isdigit() for part in parts):
                raise SettingsError(gettext_noop("tiles must look like '6x4' (columns x rows), not {0}"), repr(tiles))
            tiles = (int(parts[0]), int(parts[1]))
        try:
            columns, rows = tiles
        except (TypeError, ValueError):
            raise SettingsError(gettext_noop("tiles must be (columns, rows), not {0}"), repr(tiles)) from None
        for value, count, sizes in ((columns, "tile_cols", "tile_col_width"), (rows, "tile_rows", "tile_row_height")):
            target = getattr(self.param, sizes)
            if isinstance(value, Sequence) and not isinstance(value, str):
                if not 1 <= len(value) <= len(target):
                    raise SettingsError(
                        gettext_noop("tiles: {0} sizes are given, 1 to {1} are possible"), len(value), len(target)
                    )
                for i, size in enumerate(value):
                    target[i] = _whole("tiles", size)
                setattr(self.param, count, len(value))
            else:
                setattr(self.param, count, _whole("tiles", value))

    def _qualities(self, qualities: Sequence[Quality]) -> None:
        if not qualities:
            return
        if len(qualities) > lib.VR_MAX_QUALITIES:
            raise SettingsError(
                gettext_noop("at most {0} qualities can be encoded in one pass, not {1}"),
                lib.VR_MAX_QUALITIES,
                len(qualities),
            )
        self.param.n_qualities = len(qualities)
        for i, quality in enumerate(qualities):
            target = self.param.quality[i]
            target.qp_offset = self._number("qp_offset", quality.qp_offset)
            target.bitrate_kbps = _whole("bitrate", quality.bitrate)
            target.maxrate_kbps = _whole("maxrate", quality.maxrate)
            target.bufsize_kbit = _whole("bufsize", quality.bufsize)
            target.continues = 1 if quality.continues else 0

    def validate(self) -> None:
        """Asks C; raises :class:`SettingsError` with its sentence."""
        p = self.param
        rate = p.maxrate_kbps or p.bitrate_kbps
        if p.bufsize_kbit > 0 and p.bufsize_kbit * p.fps_num < rate * p.fps_den:
            raise SettingsError(
                gettext_noop(
                    "bufsize ({0} kbit) holds less than one picture at {1} kbit/s; raise it, or lower the rate"
                ),
                p.bufsize_kbit,
                rate,
            )
        why = ffi.new("vr_reason *")
        if lib.vr_param_validate(p, why) != lib.VR_OK:
            values = [ffi.string(why.value[i]).decode() for i in range(why.n_values)]
            raise SettingsError(ffi.string(why.text).decode(), *values)


class Encoder:
    """An HEVC Main encoder for 8-bit 4:2:0 pictures of one size.

    ``width`` and ``height`` are luma samples (16..8192, even), ``fps`` a number or fraction. Rate: one of ``qp``,
    ``crf`` (0..51) and ``bitrate`` (kbit/s), the latter two with ``maxrate`` (kbit/s) and ``bufsize`` (kbit) for a
    buffer, ``cbr=True`` for low delay. ``tiles`` is ``"6x4"``, ``(6, 4)`` or explicit sizes in blocks of 64 ``([10,
    10, 10], [7, 8])``; ``mcts=True`` makes them independent of each other. ``key_type="cra"`` codes random-access
    pictures as CRA without leading pictures, so that the picture order count runs on across them. ``qualities`` encodes
    several at once. All other keywords are the fields of ``vr_param`` in ``src/include/vr_codec.h``; what is not given
    comes from the preset.

    Raises :class:`SettingsError` for settings, :class:`MachineError` for an instruction set that is not here.
    """

    def __init__(self, width: int, height: int, fps: Any = 30, *, preset: str = "superfast", **options: Any) -> None:
        self._handle = ffi.NULL
        self._settings = Settings(width, height, fps, preset, options)
        self._lock = threading.Lock()
        self._flushed = False
        self._next_pts = 0
        self.width, self.height = int(width), int(height)
        self.fps = Fraction(self._settings.param.fps_num, self._settings.param.fps_den)
        error = ffi.new("int *")
        handle = lib.vr_encoder_open(self._settings.param, error)
        if handle == ffi.NULL:
            raise _error(error[0])
        self._handle = ffi.gc(handle, lib.vr_encoder_close, int(lib.vr_encoder_memory(handle)))

    def __enter__(self) -> Encoder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Frees the encoder. Pictures that were not flushed are lost. May be called twice."""
        with self._lock:
            if self._handle != ffi.NULL:
                ffi.release(self._handle)
                self._handle = ffi.NULL

    def _open(self) -> Any:
        if self._handle == ffi.NULL:
            raise StateError(gettext_noop("the encoder is closed"))
        return self._handle

    @property
    def headers(self) -> bytes:
        """VPS, SPS and PPS as a byte stream, the same for every quality."""
        data, size = ffi.new("uint8_t **"), ffi.new("size_t *")
        code = lib.vr_encoder_headers(self._open(), data, size)
        if code != lib.VR_OK:
            raise _error(code)
        return bytes(ffi.buffer(data[0], size[0]))

    @property
    def tiles(self) -> tuple[tuple[int, int, int, int], ...]:
        """Rectangles (x, y, width, height) of the tiles in luma samples, raster order."""
        most = lib.VR_MAX_TILE_COLS * lib.VR_MAX_TILE_ROWS
        rectangles = ffi.new("int[][4]", most)
        count = lib.vr_encoder_tiles(self._open(), rectangles, most)
        return tuple((r[0], r[1], r[2], r[3]) for r in (rectangles[i] for i in range(count)))

    @property
    def delay(self) -> int:
        """Pictures the encoder may hold before the first packet comes out."""
        return int(lib.vr_encoder_delay(self._open()))

    @property
    def memory(self) -> int:
        """Bytes of memory the encoder holds."""
        return int(lib.vr_encoder_memory(self._open()))

    @property
    def simd(self) -> str:
        """Instruction set in use: ``c``, ``avx2`` or ``avx512``."""
        return str(ffi.string(lib.vr_encoder_simd(self._open())).decode())

    def encode(
        self,
        frame: Any,
        *,
        pts: int | None = None,
        force_keyframe: bool = False,
        refresh_tiles: Sequence[bool] | None = None,
    ) -> list[Packet]:
        """Takes one picture and returns the packets that are ready (decoding order, within a picture by quality).

        ``frame``: three planes (y, u, v) of uint8 whose rows are contiguous, or one I420 array of shape
        (height * 3 / 2, width), or a PyAV frame in yuv420p. ``pts``: any rising whole number; by default the PyAV
        frame's, else the number of the picture. ``refresh_tiles``: one flag a tile, those to be coded all intra (low
        delay).

        Raises :class:`FrameError` (shape, strides, size), :class:`FrameTypeError` (type, format), :class:`StateError`.
        """
        self._open()
        picture = ffi.new("vr_picture *")
        keep = self._fill(picture, frame)
        picture.pts = self._pts(frame, pts)
        picture.force_idr = 1 if force_keyframe else 0
        if refresh_tiles is not None:
            flags = ffi.new("uint8_t[]", [1 if flag else 0 for flag in refresh_tiles])
            if len(flags) != self._settings.param.tile_cols * self._settings.param.tile_rows:
                raise FrameError(
                    gettext_noop("refresh_tiles has {0} flags, the encoder has {1} tiles"),
                    len(flags),
                    self._settings.param.tile_cols * self._settings.param.tile_rows,
                )
            picture.refresh_tiles = flags
            keep.append(flags)
        if self._flushed:
            raise StateError(gettext_noop("no picture can follow after flush(); open a new encoder"))
        packets = self._run(picture)
        self._next_pts = picture.pts + 1
        del keep
        return packets

    def flush(self) -> list[Packet]:
        """Ends the stream and returns all packets that are still inside."""
        packets: list[Packet] = []
        self._flushed = True
        while more := self._run(ffi.NULL):
            packets.extend(more)
        return packets

    def _run(self, picture: Any) -> list[Packet]:
        if not self._lock.acquire(blocking=False):
            raise StateError(gettext_noop("the encoder is in use by another thread"))
        try:
            array, count = ffi.new("vr_packet **"), ffi.new("int *")
            code = lib.vr_encoder_encode(self._open(), picture, array, count)
            if code != lib.VR_OK:
                raise _error(code)
            return [self._packet(array[0][i]) for i in range(count[0])]
        finally:
            self._lock.release()

    def _packet(self, p: Any) -> Packet:
        recon = None
        if p.recon[0] != ffi.NULL:
            recon = (
                self._recon(p, 0, self.width, self.height),
                self._recon(p, 1, self.width // 2, self.height // 2),
                self._recon(p, 2, self.width // 2, self.height // 2),
            )
        return Packet(
            data=bytes(ffi.buffer(p.data, p.size)),
            quality=p.quality,
            pts=p.pts,
            dts=p.dts,
            keyframe=bool(p.keyframe),
            frame_type=FRAME_TYPES[p.frame_type],
            temporal_level=p.temporal_level,
            poc=p.poc,
            display_index=p.display_index,
            qp=p.qp,
            average_qp=p.average_qp,
            tile_ranges=tuple((p.tile[i].offset, p.tile[i].size) for i in range(p.n_tiles)),
            intra_tiles=tuple(bool(p.refreshed[i]) for i in range(p.n_tiles)),
            sse=(p.sse[0], p.sse[1], p.sse[2]),
            tile_sse=tuple(ffi.unpack(p.tile_sse, p.n_tiles)),
            ws_sse=p.wsse_y,
            recon=recon,
        )

    @staticmethod
    def _recon(p: Any, plane: int, width: int, height: int) -> Plane:
        stride = p.recon_stride[plane]
        rows = np.frombuffer(ffi.buffer(p.recon[plane], stride * (height - 1) + width), np.uint8)
        view = np.lib.stride_tricks.as_strided(rows, (height, width), (stride, 1), writeable=False)
        return view.copy()

    def _pts(self, frame: Any, pts: int | None) -> int:
        value = pts if pts is not None else getattr(frame, "pts", None)
        if value is None:
            value = self._next_pts
        if not isinstance(value, (int, np.integer)):
            raise FrameTypeError(gettext_noop("pts must be a whole number, not {0}"), repr(value))
        if not -(2**62) < value < 2**62:
            raise FrameError(gettext_noop("pts is out of range: {0}"), value)
        return int(value)

    def _fill(self, picture: Any, frame: Any) -> list[Any]:
        """Points the C picture at the samples; returns what must stay alive during the call."""
        if hasattr(frame, "planes") and hasattr(frame, "format"):
            return self._fill_from_pyav(picture, frame)
        if isinstance(frame, np.ndarray):
            frame = self._split_i420(frame)
        if not isinstance(frame, (tuple, list)) or len(frame) != 3:
            raise FrameTypeError(
                gettext_noop("a picture is three planes (y, u, v), one I420 array, or a PyAV frame, not {0}"),
                type(frame).__name__,
            )
        shapes = ((self.height, self.width), *[(self.height // 2, self.width // 2)] * 2)
        for i, (name, plane, shape) in enumerate(zip("yuv", frame, shapes, strict=True)):
            self._check_plane(name, plane, shape)
            picture.plane[i] = ffi.cast("uint8_t *", plane.ctypes.data)
            picture.stride[i] = plane.strides[0]
        picture.width, picture.height = self.width, self.height
        return list(frame)

    def _split_i420(self, array: Plane) -> tuple[Plane, Plane, Plane]:
        h, w = self.height, self.width
        if array.dtype != np.uint8:
            raise FrameTypeError(gettext_noop("samples must be uint8, not {0}"), array.dtype)
        if array.shape != (h * 3 // 2, w):
            raise FrameError(
                gettext_noop("an I420 picture of {0}x{1} has shape {2}, not {3}"), w, h, (h * 3 // 2, w), array.shape
            )
        if not array.flags.c_contiguous:
            raise FrameError(gettext_noop("an I420 array must be contiguous; pass three planes to use strides"))
        chroma = array[h:].reshape(2, h // 2, w // 2)
        return array[:h], chroma[0], chroma[1]

    @staticmethod
    def _check_plane(name: str, plane: Any, shape: tuple[int, int]) -> None:
        if not isinstance(plane, np.ndarray):
            raise FrameTypeError(gettext_noop("plane {0} must be a NumPy array, not {1}"), name, type(plane).__name__)
        if plane.dtype != np.uint8:
            raise FrameTypeError(gettext_noop("plane {0} must hold uint8 samples, not {1}"), name, plane.dtype)
        if plane.shape != shape:
            raise FrameError(
                gettext_noop("plane {0} must have shape {1} (height, width), not {2}"), name, shape, plane.shape
            )
        if plane.strides[1] != 1 or plane.strides[0] < shape[1]:
            raise FrameError(
                gettext_noop(
                    "plane {0} has strides {1}: samples of a row must lie side by side, rows one below the other"
                ),
                name,
                plane.strides,
            )

    def _fill_from_pyav(self, picture: Any, frame: Any) -> list[Any]:
        if frame.format.name not in PIXEL_FORMATS:
            raise FrameTypeError(
                gettext_noop(
                    "a PyAV frame must be in yuv420p, not {0}; convert it with frame.reformat(format='yuv420p')"
                ),
                frame.format.name,
            )
        if (frame.width, frame.height) != (self.width, self.height):
            raise FrameError(
                gettext_noop("the picture has {0}x{1} samples, the encoder was opened for {2}x{3}"),
                frame.width,
                frame.height,
                self.width,
                self.height,
            )
        planes = list(frame.planes)
        for i, plane in enumerate(planes):
            picture.plane[i] = ffi.cast("uint8_t *", plane.buffer_ptr)
            picture.stride[i] = plane.line_size
        picture.width, picture.height = self.width, self.height
        return [frame, *planes]

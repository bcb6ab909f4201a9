"""The bitstream tool: look into HEVC streams, split tiled ones into tile tracks, merge tiles back.

    stream = Stream.from_file("a.hevc")
    print(stream.info.cols, stream.info.rows)
    with open("t0.hevc", "wb") as out:
        out.writelines(split(stream, 0))
    with open("mixed.hevc", "wb") as out:
        out.writelines(merge([a, b], [0, 1, 1, 0]))

Functions yield one access unit after the other, so that a file of any length needs no memory of its own. All errors are
:class:`codec_native.errors.BitstreamError`.
"""

from __future__ import annotations

import mmap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from os import PathLike
from typing import Any

from codec_native._codec import ffi, lib
from codec_native.errors import BitstreamError, CodecMemoryError
from codec_native.i18n import gettext_noop

SLICE_TYPES = ("B", "P", "I")
_KINDS = {
    lib.VR_BS_EARG: "argument",
    lib.VR_BS_ETRUNCATED: "truncated",
    lib.VR_BS_EINVALID: "invalid",
    lib.VR_BS_EUNSUPPORTED: "unsupported",
    lib.VR_BS_EMISMATCH: "mismatch",
    lib.VR_BS_EMISSING: "missing",
}


@dataclass(frozen=True, slots=True)
class StreamInfo:
    """What the first parameter sets say. Sizes in luma samples; ``column_edges`` and ``row_edges`` are tile
    boundaries."""

    width: int
    height: int
    shown_width: int
    shown_height: int
    profile: int
    tier: str
    level: float
    bit_depth: int
    ctb_size: int
    cols: int
    rows: int
    column_edges: tuple[int, ...]
    row_edges: tuple[int, ...]
    fps: float | None
    full_range: bool
    colour_primaries: int
    transfer: int
    matrix: int
    sao: bool
    temporal_mvp: bool
    init_qp: int
    one_slice_per_tile: bool
    equirectangular: bool
    motion_constrained: bool
    picture_hash: bool
    track_tile: int | None
    pictures: int
    keyframes: int


@dataclass(frozen=True, slots=True)
class PictureInfo:
    """One access unit: its bytes in the stream, and what its slices are."""

    offset: int
    size: int
    nal_type: int
    temporal_id: int
    keyframe: bool
    slices: int
    poc_lsb: int
    slice_types: str


@dataclass(frozen=True, slots=True)
class TileInfo:
    """One tile of a picture: its NAL unit in the stream (without start code), slice type (B, P, I) and slice QP."""

    offset: int
    size: int
    slice_type: str
    qp: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a source tile goes in a packed picture: cell (col, row) of the new grid."""

    stream: int
    tile: int
    col: int
    row: int


def _raise(error: Any) -> None:
    message = ffi.string(error.message).decode()
    if error.code == lib.VR_BS_ENOMEM:
        raise CodecMemoryError(message)

    def known(value: int) -> int | None:
        return value if value >= 0 else None

    raise BitstreamError(
        message,
        kind=_KINDS.get(error.code, "invalid"),
        stream=known(error.stream),
        picture=known(error.picture),
        tile=known(error.tile),
    )


class Stream:
    """An indexed HEVC Annex B stream: whole, or a tile track. ``data`` is any contiguous buffer; it is not copied."""

    def __init__(self, data: Any) -> None:
        self._buffer = ffi.from_buffer("uint8_t[]", data)
        error = ffi.new("vr_bs_error *")
        handle = lib.vr_bs_open(self._buffer, len(self._buffer), error)
        if handle == ffi.NULL:
            _raise(error)
        self.handle = ffi.gc(handle, lib.vr_bs_close, len(self._buffer) // 8)
        self.info = self._read_info()

    @classmethod
    def from_file(cls, path: str | PathLike[str]) -> Stream:
        """Maps a file into memory and indexes it. Raises ``OSError`` when it cannot be read."""
        with open(path, "rb") as file:
            file.seek(0, 2)
            if file.tell() == 0:
                raise BitstreamError(gettext_noop("the file is empty"), kind="truncated")
            return cls(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))

    def __len__(self) -> int:
        return self.info.pictures

    def _read_info(self) -> StreamInfo:
        raw = ffi.new("vr_bs_info *")
        lib.vr_bs_get_info(self.handle, raw)
        columns = tuple(min(raw.col_x[i] * raw.ctb_size, raw.width) for i in range(raw.cols + 1))
        rows = tuple(min(raw.row_y[i] * raw.ctb_size, raw.height) for i in range(raw.rows + 1))
        return StreamInfo(
            width=raw.width,
            height=raw.height,
            shown_width=raw.width - raw.crop_left - raw.crop_right,
            shown_height=raw.height - raw.crop_top - raw.crop_bottom,
            profile=raw.profile_idc,
            tier="high" if raw.tier else "main",
            level=raw.level_idc / 30,
            bit_depth=raw.bit_depth_luma,
            ctb_size=raw.ctb_size,
            cols=raw.cols,
            rows=raw.rows,
            column_edges=columns,
            row_edges=rows,
            fps=raw.fps_num / raw.fps_den if raw.fps_den else None,
            full_range=bool(raw.full_range),
            colour_primaries=raw.colour_primaries,
            transfer=raw.transfer,
            matrix=raw.matrix,
            sao=bool(raw.sao),
            temporal_mvp=bool(raw.temporal_mvp),
            init_qp=raw.init_qp,
            one_slice_per_tile=bool(raw.one_slice_per_tile),
            equirectangular=bool(raw.equirectangular),
            motion_constrained=bool(raw.mcts_sei),
            picture_hash=bool(raw.picture_hash),
            track_tile=raw.track_tile if raw.track_tile >= 0 else None,
            pictures=raw.pictures,
            keyframes=raw.keyframes,
        )

    def picture(self, index: int) -> PictureInfo:
        """Raises ``IndexError`` when there is no such picture."""
        raw = ffi.new("vr_bs_picture *")
        if lib.vr_bs_get_picture(self.handle, index, raw):
            raise IndexError(f"there is no picture {index}: the stream has {len(self)}")
        types = "".join(name for bit, name in enumerate(SLICE_TYPES) if raw.slice_types >> bit & 1)
        return PictureInfo(
            offset=raw.offset,
            size=raw.size,
            nal_type=raw.nal_type,
            temporal_id=raw.temporal_id,
            keyframe=bool(raw.keyframe),
            slices=raw.slices,
            poc_lsb=raw.poc_lsb,
            slice_types=types,
        )

    def tile(self, picture: int, tile: int) -> TileInfo | None:
        """The slice of a tile, None when this picture does not hold it. Raises ``IndexError`` outside the grid."""
        raw = ffi.new("vr_bs_tile *")
        if lib.vr_bs_get_tile(self.handle, picture, tile, raw):
            raise IndexError(f"there is no tile {tile} in picture {picture}")
        if raw.size == 0:
            return None
        return TileInfo(offset=raw.offset, size=raw.size, slice_type=SLICE_TYPES[raw.slice_type], qp=raw.qp)


class _Buffer:
    """The C side's growing byte string, emptied after each access unit."""

    def __init__(self) -> None:
        self.raw = ffi.gc(ffi.new("vr_bs_buffer *"), lib.vr_bs_buffer_free)

    def take(self) -> bytes:
        data = bytes(ffi.buffer(self.raw.data, self.raw.size)) if self.raw.size else b""
        self.raw.size = 0
        return data


def split(stream: Stream, tile: int) -> Iterator[bytes]:
    """Access units of the tile track of one tile: parameter sets and that tile's slices, unchanged."""
    buffer, error = _Buffer(), ffi.new("vr_bs_error *")
    for picture in range(len(stream)):
        if lib.vr_bs_split_picture(stream.handle, picture, tile, buffer.raw, error):
            _raise(error)
        yield buffer.take()


def _handles(streams: Sequence[Stream]) -> Any:
    return ffi.new("vr_bs_stream *[]", [stream.handle for stream in streams])


def merge(streams: Sequence[Stream], pick: Sequence[int] | Callable[[int], Sequence[int]]) -> Iterator[bytes]:
    """Access units of a stream whose tiles come, unchanged, from streams of the same grid and parameter sets.

    ``pick``: for each tile in raster order the index of its stream; or a function from the picture's index to that, for
    changes at random-access points (or wherever a tile is all intra in both streams).

    Streams that continue (``Quality(continues=True)``) merge with those that have a random-access point there. A
    picture with tiles of both kinds is no random-access point; its I slices get the header of its P slices. A tile may
    change to and from a stream that continues; after another one than its own it decodes with that one's errors until
    it is next all intra.
    """
    error = ffi.new("vr_bs_error *")
    raw = lib.vr_bs_merger_open(_handles(streams), len(streams), error)
    if raw == ffi.NULL:
        _raise(error)
    merger = ffi.gc(raw, lib.vr_bs_merger_close)
    buffer = _Buffer()
    tiles = max(stream.info.cols * stream.info.rows for stream in streams)
    for picture in range(lib.vr_bs_merger_pictures(merger)):
        chosen = list(pick(picture) if callable(pick) else pick)
        if len(chosen) != tiles:
            raise BitstreamError(
                gettext_noop("{0} tiles are picked, the grid has {1}"), len(chosen), tiles, kind="argument"
            )
        # room for the largest grid, should the parameter sets change on the way
        padded = chosen + [0] * (lib.VR_BS_MAX_TILES - len(chosen))
        if lib.vr_bs_merger_picture(merger, picture, ffi.new("int[]", padded), buffer.raw, error):
            _raise(error)
        yield buffer.take()


def pack(
    streams: Sequence[Stream],
    column_widths: Sequence[int],
    row_heights: Sequence[int],
    places: Sequence[Place] | Callable[[int], Sequence[Place]],
    *,
    level: float | None = None,
) -> Iterator[bytes]:
    """Access units of a stream of another picture size, whose cells are filled with tiles of the streams.

    Widths and heights are luma samples. ``places``: one source tile per cell, or several that stack up in it, from
    top to bottom; a function from the picture's index for changes at random-access points. ``level`` is chosen when
    not given.
    """
    if len(column_widths) > lib.VR_BS_MAX_COLS or len(row_heights) > lib.VR_BS_MAX_ROWS:
        raise BitstreamError(gettext_noop("a layout has at most 20 columns and 22 rows"), kind="argument")
    layout, error = ffi.new("vr_bs_layout *"), ffi.new("vr_bs_error *")
    layout.cols, layout.rows = len(column_widths), len(row_heights)
    layout.col_width[0 : len(column_widths)] = list(column_widths)
    layout.row_height[0 : len(row_heights)] = list(row_heights)
    layout.level_idc = 0 if level is None else round(level * 30)
    raw = lib.vr_bs_packer_open(_handles(streams), len(streams), layout, error)
    if raw == ffi.NULL:
        _raise(error)
    packer = ffi.gc(raw, lib.vr_bs_packer_close)
    buffer = _Buffer()
    for picture in range(lib.vr_bs_packer_pictures(packer)):
        now = list(places(picture) if callable(places) else places)
        array = ffi.new("vr_bs_place[]", [(p.stream, p.tile, p.col, p.row) for p in now])
        if lib.vr_bs_packer_picture(packer, picture, array, len(now), buffer.raw, error):
            _raise(error)
        yield buffer.take()


def extract(stream: Stream, tile: int) -> Iterator[bytes]:
    """One tile as a stream of its own that any decoder plays. The tile must be motion-constrained."""
    info = stream.info
    if not 0 <= tile < info.cols * info.rows:
        raise BitstreamError(
            gettext_noop("the grid has {0} tiles, there is no tile {1}"), info.cols * info.rows, tile, kind="argument"
        )
    col, row = tile % info.cols, tile // info.cols
    width = info.column_edges[col + 1] - info.column_edges[col]
    height = info.row_edges[row + 1] - info.row_edges[row]
    return pack([stream], [width], [height], [Place(0, tile, 0, 0)])

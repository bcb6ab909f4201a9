"""The tiled title of a master: planned as one rendition, made group by group of segments, put together, looked at.

It goes through the same states as the other renditions, so that progress, trying again, cancelling and publishing are
theirs. A row of `Segment` is one task, here a group of the title's segments.
"""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils import timezone

from streaming.library.encoders.base import available
from streaming.library.models import Codec, Master, Projection, Rendition, RenditionKind, Segment
from streaming.library.packaging import store
from streaming.library.packaging.assemble import audio_track
from streaming.library.packaging.names import INIT_NAME
from streaming.library.probe.timeline import Timeline
from streaming.library.services.turning import turning_of
from streaming.library.tiled.boxes import configuration_record
from streaming.library.tiled.encode import CRF, LOW_CRF, OFFSETS, TiledSettings, group_for
from streaming.library.tiled.grid import Grid, choose_grid, low_grid, parse_grid
from streaming.library.tiled.index import (
    INDEX_NAME,
    MANIFEST_NAME,
    VERSION,
    SegmentFacts,
    Sound,
    Title,
    index_bytes,
    make_index,
)
from streaming.library.tiled.packed import plan_packing
from streaming.library.tiled.segment import LOW_DIRECTORY, TiledWork, unpack_sizes
from streaming.library.tiled.srd import srd_manifest
from streaming.library.tiled.strips import FILE_NAME, make_strips
from streaming.library.transcode.ladder import cut, largest_hevc

SEGMENT_SECONDS = 1.0
# What the untiled HEVC rendition of the same size has in its options has no meaning here.
MOST_KBPS = 0
# Of a worker process, by the luma samples of a picture: measured at 3840x1920 (300) and 7680x3840 (268).
BYTES_PER_SAMPLE = 300


def tiles_by_itself(master: Master) -> Grid | None:
    """The grid that a film gets with its plan, without anybody asking; None for one that gets none."""
    least = settings.LIBRARY_TILES_FROM_WIDTH
    wanted = Codec.HEVC in settings.LIBRARY_CODECS and Codec.HEVC in available()
    if not wanted or not least or master.width < least or master.projection != Projection.EQUIRECTANGULAR:
        return None
    return choose_grid(*largest_hevc(master.width, master.height), master.stereo)


def asked_grid(master: Master, text: str) -> Grid | None:
    """The grid that a person asks for, or the one that suits the film. Raises ValueError with an English sentence."""
    width, height = largest_hevc(master.width, master.height)
    return parse_grid(text, width, height, master.stereo) if text else choose_grid(width, height, master.stereo)


def plan_tiles(master: Master, grid: Grid, seconds: float = SEGMENT_SECONDS) -> Rendition:
    """Rows for a tiled title, after the other renditions. Inside the caller's transaction."""
    now = timezone.now()
    # No tail joins the segment before it: continued segments count on as many pictures in each.
    parts = cut(master.frames, master.fps, seconds, shortest_tail=0.0)
    gop = parts[0][1]
    group = group_for(gop, master.fps)
    rendition = Rendition.objects.create(
        master=master,
        position=master.renditions.count(),
        kind=RenditionKind.TILED,
        codec=Codec.HEVC,
        width=grid.width,
        height=grid.height,
        max_kbps=MOST_KBPS,
        frames=master.frames,
        settings={
            "version": VERSION,
            "grid": grid.as_json(),
            "low": low_grid(grid, master.stereo).as_json(),
            "segment_s": seconds,
            "gop": gop,
            "group": group,
            "crf": CRF,
            "offsets": list(OFFSETS),
            "low_crf": LOW_CRF,
        },
    )
    Segment.objects.bulk_create(
        [
            Segment(rendition=rendition, index=index, start_frame=start, frames=frames, queued_at=now)
            for index, (start, frames) in enumerate(groups(parts, group))
        ],
        batch_size=500,
    )
    return rendition


def groups(parts: Sequence[tuple[int, int]], size: int) -> list[tuple[int, int]]:
    """(first picture, number of pictures) of each `size` parts together."""
    together = [parts[at : at + size] for at in range(0, len(parts), size)]
    return [(group[0][0], sum(frames for _, frames in group)) for group in together]


def memory_needed(rendition: Rendition) -> int:
    """Bytes that a worker takes while it makes a group of the title: most of it what the encoder looks ahead."""
    return BYTES_PER_SAMPLE * rendition.width * rendition.height


def tiled_settings(rendition: Rendition) -> TiledSettings:
    stored, master = rendition.settings, rendition.master
    return TiledSettings(
        grid=Grid.from_json(stored["grid"]),
        low=Grid.from_json(stored["low"]),
        fps=master.fps,
        gop=stored["gop"],
        group=stored["group"],
        crf=stored["crf"],
        offsets=tuple(stored["offsets"]),
        low_crf=stored["low_crf"],
        color=master.color,
        projection=master.projection,
        stereo=master.stereo,
        threads=settings.LIBRARY_ENCODER_THREADS,
    )


def tiled_work(segment: Segment) -> TiledWork:
    rendition, master = segment.rendition, segment.rendition.master
    return TiledWork(
        source=store.fetch_source(master.file.name),
        timeline=Timeline.from_bytes(store.read(master.timeline_name)),
        stream_index=master.probe["stream_index"],
        rotation=master.probe["rotation"],
        settings=tiled_settings(rendition),
        index=segment.index * rendition.settings["group"],
        start=segment.start_frame,
        count=segment.frames,
        turning=turning_of(master),
    )


def best_quality_sizes(segment: Segment, rendition: Rendition) -> list[tuple[int, int]]:
    """(bytes of all tiles where they are entered, pictures) of each segment of a finished group."""
    tiles = Grid.from_json(rendition.settings["grid"]).tiles
    return [(sum(unpack_sizes(made["sizes"])[:tiles]), made["frames"]) for made in segment.details["segments"]]


def assemble_tiles(master: Master) -> None:
    """Write the index, the DASH manifest and the map strips beside the segments, if the film has tiles."""
    rendition = master.renditions.filter(kind=RenditionKind.TILED).first()
    if rendition is None:
        return
    folder = f"{store.building_prefix(master.storage_prefix, master.generation)}{rendition.name}/"
    title = tiled_title(rendition, folder)
    if title.strips is not None:
        store.write(folder + FILE_NAME, title.strips.data)
    index = make_index(title)
    store.write(folder + MANIFEST_NAME, srd_manifest(index).encode())
    store.write(folder + INDEX_NAME, index_bytes(index))


def tiled_title(rendition: Rendition, folder: str) -> Title:
    """What the index says, from the rows and the headers in `folder`."""
    encoding = tiled_settings(rendition)
    segments = [
        SegmentFacts(made["frame"], made["frames"], made)
        for row in rendition.segments.order_by("index")
        for made in row.details["segments"]
    ]
    packing = plan_packing(encoding.grid, encoding.low)
    return Title(
        grid=encoding.grid,
        low=encoding.low,
        fps=encoding.fps,
        segment_seconds=rendition.settings["segment_s"],
        group=encoding.group,
        projection=encoding.projection,
        stereo=encoding.stereo,
        crfs=[encoding.crf + offset for offset in encoding.offsets],
        record=configuration_record(store.read(folder + INIT_NAME)),
        low_record=configuration_record(store.read(f"{folder}{LOW_DIRECTORY}/{INIT_NAME}")),
        segments=segments,
        sounds=[sound_of(audio) for audio in rendition.master.audio_renditions.all()],
        packing=packing,
        strips=make_strips(encoding, packing, {segment.frames for segment in segments}) if packing else None,
    )


def sound_of(audio: Any) -> Sound:
    track = audio_track(audio)
    return Sound(track.name, track.codec, track.codecs, track.timescale, track.ticks)

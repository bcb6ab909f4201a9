"""The tiled title as DASH: one adaptation set a tile, placed by SRD (ISO/IEC 23009-1 Annex H), over the same ranges.

A tile's representations depend on the base track's, which holds the parameter sets (14496-15 clause 10).
"""

from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import quoteattr

from streaming.library.packaging.names import INIT_NAME
from streaming.library.tiled.boxes import tile_codecs
from streaming.library.tiled.grid import Grid
from streaming.library.tiled.index import MEDIA_NAME
from streaming.library.tiled.segment import unpack_sizes

SRD = "urn:mpeg:dash:srd:2014"
BASE_ID = "base"
# The whole sphere in small is a picture of its own: another SRD source.
LOW_SOURCE = 1


def srd_manifest(index: dict[str, Any]) -> str:
    """manifest.mpd for an index. Byte ranges are those that the index gives."""
    grid = Grid.from_json(index["grid"])
    longest = max(segment["frames"] for segment in index["segments"]) * index["ticks"] / index["timescale"]
    sizes = [unpack_sizes(segment["sizes"]) for segment in index["segments"]]
    sets = [_base_set(index, grid), *(_tile_set(index, grid, tile, sizes) for tile in range(grid.tiles))]
    sets += [_low_set(index, grid.tiles + 1), *_sounds(index, grid.tiles + 2)]
    duration = f"PT{index['duration']:.6f}S"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-main:2011" type="static" '
        f'mediaPresentationDuration="{duration}" minBufferTime="PT{longest:.3f}S">\n'
        f'<Period id="0" start="PT0S" duration="{duration}">\n' + "".join(sets) + "</Period>\n</MPD>\n"
    )


def _srd(source: int, x: int, y: int, width: int, height: int, whole: tuple[int, int]) -> str:
    value = ",".join(map(str, (source, x, y, width, height, *whole)))
    return f'<EssentialProperty schemeIdUri="{SRD}" value="{value}"/>\n'


def _set(number: int, kind: str, inside: str) -> str:
    return (
        f'<AdaptationSet id="{number}" contentType="{kind}" mimeType="{kind}/mp4" segmentAlignment="true" '
        f'startWithSAP="1">\n{inside}</AdaptationSet>\n'
    )


def _segments(index: dict[str, Any], urls: Iterator[str], init: str) -> str:
    durations = "".join(f'<S d="{segment["frames"] * index["ticks"]}"/>' for segment in index["segments"])
    return (
        f'<SegmentList timescale="{index["timescale"]}"><Initialization sourceURL="{init}"/>'
        f"<SegmentTimeline>{durations}</SegmentTimeline>{''.join(urls)}</SegmentList>\n"
    )


def _url(directory: str, number: int, first: int, size: int) -> str:
    return f'<SegmentURL media="{directory}/{MEDIA_NAME % number}" mediaRange="{first}-{first + size - 1}"/>'


def _base_set(index: dict[str, Any], grid: Grid) -> str:
    """The base track, from the files of the lowest quality."""
    directory = index["qualities"][-1]["directory"]
    total = sum(segment["header"] for segment in index["segments"])
    urls = (_url(directory, i, 0, segment["header"]) for i, segment in enumerate(index["segments"]))
    representation = (
        f'<Representation id="{BASE_ID}" codecs="{index["codec"].replace("hvc1", "hvc2", 1)}" '
        f'bandwidth="{_bandwidth(index, total)}" width="{grid.width}" height="{grid.height}">\n'
        f"{_segments(index, urls, INIT_NAME)}</Representation>\n"
    )
    whole = (grid.width, grid.height)
    return _set(0, "video", _srd(0, 0, 0, *whole, whole) + representation)


def _tile_set(index: dict[str, Any], grid: Grid, tile: int, sizes: list[list[int]]) -> str:
    x, y, width, height = grid.rectangle(tile)
    inside = _srd(0, x, y, width, height, (grid.width, grid.height))
    for place, quality in enumerate(index["qualities"]):
        at = place * grid.tiles
        ranges = [
            (segment["header"] + sum(of[at : at + tile]), of[at + tile])
            for segment, of in zip(index["segments"], sizes, strict=True)
        ]
        urls = (_url(quality["directory"], i, first, size) for i, (first, size) in enumerate(ranges))
        inside += (
            f'<Representation id="t{tile}-{quality["id"]}" dependencyId="{BASE_ID}" '
            f'codecs="{tile_codecs(index["codec"])}" bandwidth="{_bandwidth(index, sum(size for _, size in ranges))}" '
            f'width="{width}" height="{height}" qualityRanking="{place + 1}">\n'
            f"{_segments(index, urls, INIT_NAME)}</Representation>\n"
        )
    return _set(tile + 1, "video", inside)


def _low_set(index: dict[str, Any], number: int) -> str:
    low = index["low"]
    size = (low["width"], low["height"])
    urls = (_url(low["directory"], i, 0, segment["low"]) for i, segment in enumerate(index["segments"]))
    representation = (
        f'<Representation id="low" codecs="{low["codec"]}" bandwidth="{max(1, round(low["kbps"] * 1000))}" '
        f'width="{size[0]}" height="{size[1]}">\n{_segments(index, urls, low["init"])}</Representation>\n'
    )
    return _set(number, "video", _srd(LOW_SOURCE, 0, 0, *size, size) + representation)


def _sounds(index: dict[str, Any], number: int) -> Iterator[str]:
    for place, sound in enumerate(index["audio"]):
        media = sound["media"].replace("%05d", "$Number%05d$")
        durations = "".join(f'<S d="{ticks}"/>' for ticks in sound["ticks"])
        yield _set(
            number + place,
            "audio",
            f'<Representation id="audio-{sound["codec"]}" codecs={quoteattr(sound["codecs"])} bandwidth="128000" '
            f'audioSamplingRate="{sound["timescale"]}">\n<SegmentTemplate timescale="{sound["timescale"]}" '
            f'startNumber="0" initialization="{sound["init"]}" media="{media}"><SegmentTimeline>{durations}'
            "</SegmentTimeline></SegmentTemplate>\n</Representation>\n",
        )


def _bandwidth(index: dict[str, Any], size: int) -> int:
    return max(1, round(size * 8 / float(index["duration"])))

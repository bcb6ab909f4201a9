"""Which renditions a source gets: sizes, codecs, rate caps (never larger than the source, always even), segments."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

# Widths for one sphere; two spheres on top of each other have as many rows as columns, so they stay narrower.
SPHERE_WIDTHS = {"mono": (3840, 2560, 1920, 1280), "top-bottom": (2880, 2048, 1440, 1024), "left-right": (4096, 2560)}
# Short side of flat films.
FLAT_SIDES = (1080, 720, 480)
# A step must be smaller than the one above by this factor, or it is not worth its storage.
STEP = 0.85
# Within 15 Mbit/s with sound; the reference size is 3840 x 1920 at 30 pictures a second.
TOP_KBPS = {"h264": 14_000, "hevc": 13_000, "av1": 12_000}
TOP_PIXELS = 3840 * 1920
MIN_KBPS = 400
# Level 5.1 of H.264 (ITU-T H.264 Table A-1): largest frame in macroblocks, and macroblocks a second of level 5.2.
MAX_MACROBLOCKS, MAX_MACROBLOCKS_PER_SECOND = 36_864, 2_073_600
# HEVC is for headsets, which decode near-8K in hardware: the largest sizes only.
HEVC_SIDE, HEVC_SMALLEST = 8192, 2048
MAX_PIXELS = 4096 * 2304
GOP_SECONDS = 2
SEGMENT_SECONDS = 4
# A tail that is shorter than this part of a segment joins the segment before it.
SHORTEST_TAIL = 0.3


@dataclass(frozen=True)
class Step:
    """One rendition to make."""

    codec: str
    width: int
    height: int
    max_kbps: int
    gop: int


def plan_ladder(
    *, width: int, height: int, fps: Fraction, projection: str, stereo: str, codecs: Sequence[str]
) -> list[Step]:
    """Steps from the best down, all codecs of a size together. `width` and `height` are what a viewer sees."""
    shapes = sizes(width, height, projection, stereo)
    largest = largest_hevc(width, height)
    if "hevc" in codecs and largest[0] > shapes[0][0]:
        shapes.insert(0, largest)
    return [
        Step(codec, step_width, step_height, rate_cap(codec, step_width * step_height, fps), round(fps * GOP_SECONDS))
        for step_width, step_height in shapes
        for codec in codecs
        if fits(codec, step_width, step_height, fps)
    ]


def largest_hevc(width: int, height: int) -> tuple[int, int]:
    """The source's own size, as far as headsets decode it: up to 8192 a side."""
    scale = min(1.0, HEVC_SIDE / max(width, height))
    return int(width * scale) // 2 * 2, int(height * scale) // 2 * 2


def fits(codec: str, width: int, height: int, fps: Fraction) -> bool:
    """Whether players of a codec take a size: what is larger than the ladder is for HEVC, what is small is not."""
    if codec == "hevc":
        return max(width, height) >= HEVC_SMALLEST
    if width * height > MAX_PIXELS:
        return False
    return codec != "h264" or fits_h264(width, height, fps)


def sizes(width: int, height: int, projection: str, stereo: str) -> list[tuple[int, int]]:
    """Sizes of the same shape as the source, from the largest that fits down."""
    if projection == "equirectangular":
        reference, wanted = width, SPHERE_WIDTHS.get(stereo, SPHERE_WIDTHS["mono"])
    else:
        reference, wanted = min(width, height), FLAT_SIDES
    limit = min(reference, wanted[0] if reference > wanted[0] * 1.07 else reference)
    # A shape that nobody's table knows must not become larger than any decoder takes.
    limit = min(limit, math.isqrt(MAX_PIXELS * reference * reference // (width * height)))
    scales = [limit]
    for candidate in wanted:
        if candidate <= scales[-1] * STEP:
            scales.append(candidate)
    return [(even(width, scale, reference), even(height, scale, reference)) for scale in scales]


def even(side: int, scale: int, reference: int) -> int:
    """`side * scale / reference`, down to an even number (4:2:0 needs one)."""
    return max(2, side * scale // reference // 2 * 2)


def rate_cap(codec: str, pixels: int, fps: Fraction) -> int:
    """kbit/s that a picture of this size may take at most: less than in proportion, as detail shrinks slower."""
    size = min(1.0, pixels / TOP_PIXELS) ** 0.75
    speed = min(1.0, max(0.5, (float(fps) / 30) ** 0.5))
    return max(MIN_KBPS, round(TOP_KBPS[codec] * size * speed / 50) * 50)


def fits_h264(width: int, height: int, fps: Fraction) -> bool:
    macroblocks = -(-width // 16) * -(-height // 16)
    return macroblocks <= MAX_MACROBLOCKS and macroblocks * fps <= MAX_MACROBLOCKS_PER_SECOND


def cut(
    frames: int, fps: Fraction, seconds: float = SEGMENT_SECONDS, *, shortest_tail: float = SHORTEST_TAIL
) -> list[tuple[int, int]]:
    """(first picture, number of pictures) of each segment. Segments begin at multiples of the same number; a tail that
    is shorter than `shortest_tail` of a segment joins the one before it."""
    length = max(1, round(seconds * fps))
    starts = list(range(0, frames, length))
    if len(starts) > 1 and frames - starts[-1] < length * shortest_tail:
        starts.pop()
    ends = [*starts[1:], frames]
    return [(start, end - start) for start, end in zip(starts, ends, strict=True)]

"""Renders the demo's 360 master: the still room once, the moving parts for each phase of a compression."""

import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vrtraining.demo import instruments, sound, spherical
from vrtraining.demo import scene as bay
from vrtraining.demo.raytrace import (
    Floats,
    Scene,
    Shape,
    equirectangular_rays,
    light_at,
    nearest,
    shade,
    surface,
    to_srgb,
    unit,
    vec,
)

FPS = 30
FRAMES_PER_COMPRESSION = 16  # 112.5 a minute at 30 frames a second: inside the guideline's 100-120
DEPTH_METRES = 0.055
ALREADY_RUNNING = 73.0  # seconds that the resuscitation has gone on when the film begins
LIGHT_WIDTH = 960  # shadows are soft, so light is computed on a coarser grid and interpolated
ROWS_AT_A_TIME = 96
EDGE_SHIFTS = ((-0.3, -0.1), (0.1, -0.3), (0.3, 0.1), (-0.1, 0.3))

Picture = NDArray[np.uint8]
Window = tuple[slice, slice]
"""(rows, columns) of the picture."""


class Renderer:
    """Draws windows of one equirectangular picture of `width` x `width / 2`."""

    def __init__(self, width: int) -> None:
        self.width, self.height = width, width // 2

    def window_around(self, shapes: list[Shape], margin: float = 0.02) -> Window:
        """The smallest window that holds the bounding boxes of `shapes`, which lie in the north."""
        longitudes, latitudes = [], []
        for shape in shapes:
            towards = shape.centre - bay.EYE
            far = float(np.linalg.norm(towards))
            angle = math.asin(min(shape.radius / far, 0.99)) + margin
            longitudes += [math.atan2(towards[0], towards[2]) + s * angle for s in (-1, 1)]
            latitudes += [math.asin(towards[1] / far) + s * angle for s in (-1, 1)]
        left, right = ((x / math.tau + 0.5) * self.width for x in (min(longitudes), max(longitudes)))
        top, bottom = ((0.5 - y / math.pi) * self.height for y in (max(latitudes), min(latitudes)))
        # even borders keep chroma samples whole
        return (
            slice(int(top) & ~1, min(math.ceil(bottom) + 1 & ~1, self.height)),
            slice(int(left) & ~1, math.ceil(right) + 1 & ~1),
        )

    def draw(self, scene: Scene, window: Window) -> Picture:
        """sRGB picture of `window`, with smoothed edges."""
        rows, columns = window
        light = LightMap(scene, window, self.width)
        picture = np.empty((rows.stop - rows.start, columns.stop - columns.start, 3), np.uint8)
        for top in range(rows.start, rows.stop, ROWS_AT_A_TIME):
            band = slice(top, min(top + ROWS_AT_A_TIME, rows.stop))
            picture[band.start - rows.start : band.stop - rows.start] = self._draw_band(scene, band, columns, light)
        return picture

    def _draw_band(self, scene: Scene, rows: slice, columns: slice, light: "LightMap") -> Picture:
        shape = (rows.stop - rows.start, columns.stop - columns.start)
        rays = equirectangular_rays(self.width, self.height, columns, rows, (0, 0))
        colours, faces = self._colours(scene, rays, light)
        grid = faces.reshape(shape)
        edge = np.zeros(shape, np.bool_)
        for axis in (0, 1):
            step = np.diff(grid, axis=axis) != 0
            edge |= np.pad(step, [(0, 1) if a == axis else (0, 0) for a in (0, 1)])
            edge |= np.pad(step, [(1, 0) if a == axis else (0, 0) for a in (0, 1)])
        there = np.flatnonzero(edge.ravel())
        picture = to_srgb(colours)
        if len(there):
            # Averaged as they are shown, not as light: a lamp's edge would stay a staircase.
            total = np.zeros((len(there), 3), np.float32)
            for shift in EDGE_SHIFTS:
                shifted = equirectangular_rays(self.width, self.height, columns, rows, shift)[there]
                total += to_srgb(self._colours(scene, shifted, light)[0])
            picture[there] = (total / len(EDGE_SHIFTS) + 0.5).astype(np.uint8)
        return picture.reshape(*shape, 3)

    @staticmethod
    def _colours(scene: Scene, rays: Floats, light: "LightMap") -> tuple[Floats, NDArray[np.int16]]:
        distance, index = nearest(scene, bay.EYE, rays)
        points = bay.EYE + rays * distance[:, None]
        normals, colours, gloss, glow = surface(scene, points, index)
        faces = faces_of(index, normals)
        return shade(colours, normals, rays, gloss, glow, light.at(rays, faces)), faces


def faces_of(index: NDArray[np.int16], normals: Floats) -> NDArray[np.int16]:
    """A number for each flat or smooth piece of surface: the shape, and the side that its normal points to."""
    axis = np.abs(normals).argmax(axis=1)
    side = axis * 2 + (normals[np.arange(len(axis)), axis] > 0)
    return ((index + 1) * 6 + side).astype(np.int16)


class LightMap:
    """How much lamp light falls on what is seen in each direction, on a coarse grid over a window."""

    def __init__(self, scene: Scene, window: Window, width: int) -> None:
        step = max(width // LIGHT_WIDTH, 1)
        rows, columns = window
        self.width, self.height = width // step, width // 2 // step
        self.top, self.left = rows.start // step, columns.start // step
        bottom, right = min(-(-rows.stop // step) + 1, self.height), -(-columns.stop // step) + 1
        right = min(right, self.width)
        bands, face_bands = [], []
        for top in range(self.top, bottom, 64):
            rays = equirectangular_rays(
                self.width, self.height, slice(self.left, right), slice(top, min(top + 64, bottom)), (0, 0)
            )
            distance, index = nearest(scene, bay.EYE, rays)
            points = bay.EYE + rays * distance[:, None]
            normals = surface(scene, points, index)[0]
            bands.append(light_at(scene, points + normals * 0.004, normals).reshape(-1, right - self.left))
            face_bands.append(faces_of(index, normals).reshape(-1, right - self.left))
        self.grid, self.faces = np.concatenate(bands), np.concatenate(face_bands)

    def at(self, rays: Floats, faces: NDArray[np.int16]) -> Floats:
        """Interpolation in the direction of each ray, from those neighbours that lie on the same face.

        Light of the wall behind would else shine through the outline of what stands before it."""
        u = (np.arctan2(rays[:, 0], rays[:, 2]) / np.float32(math.tau) + 0.5) * self.width - 0.5 - self.left
        v = (0.5 - np.arcsin(np.clip(rays[:, 1], -1, 1)) / np.float32(math.pi)) * self.height - 0.5 - self.top
        height, width = self.grid.shape
        u, v = np.clip(u, 0, width - 1.001), np.clip(v, 0, height - 1.001)
        column, row = u.astype(np.intp), v.astype(np.intp)
        du, dv = u - column, v - row
        total, weights = np.zeros(len(rays), np.float32), np.zeros(len(rays), np.float32)
        for down, right, weight in (
            (0, 0, (1 - du) * (1 - dv)),
            (0, 1, du * (1 - dv)),
            (1, 0, (1 - du) * dv),
            (1, 1, du * dv),
        ):
            i, j = np.minimum(row + down, height - 1), np.minimum(column + right, width - 1)
            weight = np.where(self.faces[i, j] == faces, weight + 1e-3, 1e-5)
            total += weight * self.grid[i, j]
            weights += weight
        return total / weights


def _depth(phase: float) -> float:
    """Chest depth in metres at `phase` 0..1 of a compression: down and up again, full release between."""
    return DEPTH_METRES * (0.5 - 0.5 * math.cos(math.tau * phase)) ** 1.2


def _stretch(image: Image.Image, place: tuple[float, float, float, float, float], width: int) -> tuple[Window, Floats]:
    """Where a flat south-facing picture lies in the equirectangular one, and its linear RGB there (NaN beside it)."""
    west, east, bottom, top, z = place
    corners = unit(np.array([vec(x, y, z) - bay.EYE for x in (west, east) for y in (bottom, top)], np.float32))
    height = width // 2
    lon, lat = np.arctan2(corners[:, 0], corners[:, 2]), np.arcsin(corners[:, 1])
    columns = slice(int((lon.min() / math.tau + 0.5) * width) & ~1, math.ceil((lon.max() / math.tau + 0.5) * width) + 1)
    # a horizontal edge bulges towards the zenith between its corners
    nearest_x = min(max(0.0, west), east)
    highest = math.atan2(top - float(bay.EYE[1]), math.hypot(nearest_x, z))
    rows = slice(
        int((0.5 - max(highest, lat.max()) / math.pi) * height) & ~1,
        math.ceil((0.5 - lat.min() / math.pi) * height) + 1,
    )
    rays = equirectangular_rays(width, height, columns, rows, (0, 0))
    at = rays * (z - bay.EYE[2]) / rays[:, 2:3] + bay.EYE
    u, v = (at[:, 0] - west) / (east - west), (top - at[:, 1]) / (top - bottom)
    # Shrunk first to about its size in the panorama: single samples of a large picture would flicker.
    image = image.resize((columns.stop - columns.start, rows.stop - rows.start), Image.Resampling.LANCZOS)
    source = instruments.linear(image)
    inside = (u > 0) & (u < 1) & (v > 0) & (v < 1)
    x = np.clip(u * source.shape[1] - 0.5, 0, source.shape[1] - 1.001)
    y = np.clip(v * source.shape[0] - 0.5, 0, source.shape[0] - 1.001)
    i, j = y.astype(np.intp), x.astype(np.intp)
    dy, dx = (y - i)[:, None], (x - j)[:, None]
    colour = (source[i, j] * (1 - dx) + source[i, j + 1] * dx) * (1 - dy)
    colour += (source[i + 1, j] * (1 - dx) + source[i + 1, j + 1] * dx) * dy
    colour[~inside] = np.nan
    return (rows, columns), colour.reshape(rows.stop - rows.start, columns.stop - columns.start, 3).astype(np.float32)


def _put_on(picture: Picture, image: Image.Image, place: tuple[float, float, float, float, float], gain: float) -> None:
    (rows, columns), colour = _stretch(image, place, picture.shape[1])
    target = picture[rows, columns]
    inside = ~np.isnan(colour[..., 0])
    target[inside] = to_srgb(colour[inside] * np.float32(gain))


def frames(width: int, seconds: float, told: Callable[[str, float], None]) -> Iterator[Picture]:
    """The pictures of the demo master, sRGB (width / 2, width, 3). `told(step, share)` hears how far it is."""
    renderer = Renderer(width)
    whole = (slice(0, renderer.height), slice(0, width))
    hangings = bay.hangings(
        instruments.linear(instruments.sign_picture()),
        instruments.linear(instruments.clock_picture(0)),
        instruments.linear(instruments.monitor_picture(0, FRAMES_PER_COMPRESSION / FPS)),
    )
    still = [*bay.furniture(), *hangings, *bay.ventilator()]
    told("room", 0.0)
    moving = [*bay.patient(0), *bay.compressor(0)]
    base = renderer.draw(bay.scene([*still, *moving]), whole)
    window = renderer.window_around([*bay.compressor(0)[2:], *bay.compressor(DEPTH_METRES)[2:], bay.patient(0)[3]])
    rows, columns = window
    phases = []
    for i in range(FRAMES_PER_COMPRESSION):
        told("people", i / FRAMES_PER_COMPRESSION)
        depth = _depth(i / FRAMES_PER_COMPRESSION)
        scene = bay.scene([*still, *bay.patient(depth), *bay.compressor(depth)])
        phases.append(renderer.draw(scene, window))
    total = round(seconds * FPS)
    for n in range(total):
        if n % FPS == 0:
            told("film", n / total)
        t = n / FPS
        picture = base.copy()
        picture[rows, columns] = phases[n % FRAMES_PER_COMPRESSION]
        _put_on(
            picture, instruments.monitor_picture(t + ALREADY_RUNNING, FRAMES_PER_COMPRESSION / FPS), bay.MONITOR, 1.5
        )
        _put_on(picture, instruments.clock_picture(t), bay.CLOCK, 0.75)
        yield picture


def make_master(path: Path, *, width: int, seconds: float, told: Callable[[str, float], None]) -> None:
    """Write the demo master to `path`: H.264 and AAC in MP4, marked as equirectangular (Spherical Video V1)."""
    with av.open(str(path), "w", format="mp4") as container:
        video = container.add_stream("libx264", rate=FPS, options={"preset": "veryfast", "crf": "19", "g": "60"})
        video.width, video.height, video.pix_fmt = width, width // 2, "yuv420p"
        video.codec_context.time_base = Fraction(1, FPS)
        audio = container.add_stream("aac", rate=sound.RATE, layout="stereo")
        for n, picture in enumerate(frames(width, seconds, told)):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = n, Fraction(1, FPS)
            container.mux(video.encode(frame.reformat(format="yuv420p", dst_colorspace="ITU709")))
        container.mux(video.encode())
        for block in sound.blocks(seconds, FRAMES_PER_COMPRESSION / FPS):
            container.mux(audio.encode(block))
        container.mux(audio.encode())
    spherical.mark_as_equirectangular(path)

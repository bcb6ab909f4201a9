"""A small ray caster for equirectangular pictures: boxes, ellipsoids and capsules under soft ceiling lights.

Metres; x to the east, y up, z to the north; the picture's middle column looks north. Colours are linear RGB.
Arrays are float32; a list of rays is an (n, 3) array of unit directions from one eye.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Texture = Callable[[Floats, Floats], Floats]
"""(points, normals) -> linear RGB, each (n, 3)."""

FAR = np.float32(1e6)
EPSILON = np.float32(1e-4)
SMALLEST_SHADOW = 0.06  # metres; smaller things throw none that one sees


def vec(x: float, y: float, z: float) -> Floats:
    return np.array([x, y, z], np.float32)


def dot(a: Floats, b: Floats) -> Floats:
    return np.einsum("ij,ij->i", a, b) if b.ndim == 2 else a @ b


@dataclass(frozen=True)
class Material:
    """`colour` linear RGB, or a texture; `glow` shines by itself; `gloss` adds a highlight, 0..1."""

    colour: tuple[float, float, float] | Texture
    gloss: float = 0.0
    glow: bool = False

    def at(self, points: Floats, normals: Floats) -> Floats:
        if callable(self.colour):
            return self.colour(points, normals)
        return np.broadcast_to(np.array(self.colour, np.float32), points.shape)


@dataclass(frozen=True)
class Box:
    """Axis-aligned; `low` and `high` corners."""

    low: Floats
    high: Floats
    material: Material

    @property
    def centre(self) -> Floats:
        return (self.low + self.high) / 2

    @property
    def radius(self) -> float:
        return float(np.linalg.norm(self.high - self.low) / 2)

    def hit(self, origin: Floats, rays: Floats) -> Floats:
        inverse = 1 / np.where(np.abs(rays) < 1e-9, np.float32(1e-9), rays)
        a, b = (self.low - origin) * inverse, (self.high - origin) * inverse
        near, far = np.minimum(a, b).max(axis=1), np.maximum(a, b).min(axis=1)
        return np.where((near < far) & (near > EPSILON), near, FAR)

    def normals(self, points: Floats) -> Floats:
        local = (points - self.centre) / ((self.high - self.low) / 2)
        axis = np.abs(local).argmax(axis=1)
        normals = np.zeros_like(points)
        rows = np.arange(len(points))
        normals[rows, axis] = np.sign(local[rows, axis])
        return normals


@dataclass(frozen=True)
class Ellipsoid:
    centre: Floats
    radii: Floats
    material: Material

    @property
    def radius(self) -> float:
        return float(self.radii.max())

    def hit(self, origin: Floats, rays: Floats) -> Floats:
        d, o = rays / self.radii, (origin - self.centre) / self.radii
        a, b = dot(d, d), dot(d, np.broadcast_to(o, d.shape))
        root = b * b - a * ((o * o).sum(axis=-1) - 1)
        near = (-b - np.sqrt(np.maximum(root, 0))) / a
        return np.where((root > 0) & (near > EPSILON), near, FAR)

    def normals(self, points: Floats) -> Floats:
        return unit((points - self.centre) / (self.radii * self.radii))


@dataclass(frozen=True)
class Capsule:
    """A limb or a pole: a line from `start` to `end` with round ends of radius `thickness`."""

    start: Floats
    end: Floats
    thickness: float
    material: Material

    @property
    def centre(self) -> Floats:
        return (self.start + self.end) / 2

    @property
    def radius(self) -> float:
        return float(np.linalg.norm(self.end - self.start) / 2) + self.thickness

    def hit(self, origin: Floats, rays: Floats) -> Floats:
        ba, oa = self.end - self.start, np.broadcast_to(origin - self.start, rays.shape)
        baba, bard, baoa = ba @ ba, rays @ ba, oa @ ba
        rdoa, oaoa = dot(rays, oa), dot(oa, oa)
        a = baba - bard * bard
        b = baba * rdoa - baoa * bard
        c = baba * oaoa - baoa * baoa - self.thickness**2 * baba
        root = b * b - a * c
        near = (-b - np.sqrt(np.maximum(root, 0))) / np.maximum(a, 1e-9)
        along = baoa + near * bard
        body = (root >= 0) & (along > 0) & (along < baba)
        cap = np.where((along <= 0)[:, None], oa, origin - self.end)
        b = dot(rays, cap)
        cap_root = b * b - (dot(cap, cap) - self.thickness**2)
        cap_near = -b - np.sqrt(np.maximum(cap_root, 0))
        near = np.where(body, near, np.where((root >= 0) & (cap_root > 0), cap_near, FAR))
        return np.where(near > EPSILON, near, FAR)

    def normals(self, points: Floats) -> Floats:
        ba, pa = self.end - self.start, points - self.start
        along = np.clip(pa @ ba / (ba @ ba), 0, 1)
        return unit(pa - along[:, None] * ba)


@dataclass(frozen=True)
class Room:
    """A box seen from inside; every ray hits it."""

    low: Floats
    high: Floats
    material: Material

    def hit(self, origin: Floats, rays: Floats) -> Floats:
        inverse = 1 / np.where(np.abs(rays) < 1e-9, np.float32(1e-9), rays)
        return np.maximum((self.low - origin) * inverse, (self.high - origin) * inverse).min(axis=1)

    def normals(self, points: Floats) -> Floats:
        local = (points - (self.low + self.high) / 2) / ((self.high - self.low) / 2)
        axis = np.abs(local).argmax(axis=1)
        normals = np.zeros_like(points)
        rows = np.arange(len(points))
        normals[rows, axis] = -np.sign(local[rows, axis])
        return normals


Shape = Box | Ellipsoid | Capsule


@dataclass(frozen=True)
class Scene:
    room: Room
    shapes: Sequence[Shape]
    lights: Sequence[Floats]
    """Places on the ceiling from which light falls; each has the same strength."""


def unit(v: Floats) -> Floats:
    return v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-9)


def equirectangular_rays(width: int, height: int, columns: slice, rows: slice, shift: tuple[float, float]) -> Floats:
    """Directions through pixels of a window of a width x height picture; `shift` in pixels, 0 is a pixel's centre."""
    u = np.arange(width, dtype=np.float32)[columns]
    v = np.arange(height, dtype=np.float32)[rows]
    longitude = ((u + 0.5 + shift[0]) / width * 2 - 1) * np.float32(np.pi)
    latitude = (0.5 - (v + 0.5 + shift[1]) / height) * np.float32(np.pi)
    lat, lon = np.meshgrid(latitude, longitude, indexing="ij")
    rays = np.stack([np.sin(lon) * np.cos(lat), np.sin(lat), np.cos(lon) * np.cos(lat)], axis=-1)
    return rays.reshape(-1, 3).astype(np.float32)


def _inside_cone(shape: Shape, eye: Floats, rays: Floats) -> NDArray[np.intp]:
    """Which rays can hit the shape at all: those inside the cone around its bounding sphere."""
    towards = shape.centre - eye
    far = float(np.linalg.norm(towards))
    if shape.radius >= far:
        return np.arange(len(rays))
    cosine = np.sqrt(1 - (shape.radius / far) ** 2)
    return np.flatnonzero(rays @ (towards / np.float32(far)) > cosine)


def nearest(scene: Scene, eye: Floats, rays: Floats) -> tuple[Floats, NDArray[np.int16]]:
    """Distance to what each ray hits first, and its index in `scene.shapes` (-1: the room)."""
    distance = scene.room.hit(eye, rays)
    index = np.full(len(rays), -1, np.int16)
    for i, shape in enumerate(scene.shapes):
        near = _inside_cone(shape, eye, rays)
        if len(near) == 0:
            continue
        t = shape.hit(eye, rays[near])
        closer = t < distance[near]
        distance[near[closer]] = t[closer]
        index[near[closer]] = i
    return distance, index


def surface(scene: Scene, points: Floats, index: NDArray[np.int16]) -> tuple[Floats, Floats, Floats, NDArray[np.bool_]]:
    """Normals, colours, gloss and whether it glows, of the points that `nearest` found."""
    normals, colours = np.empty_like(points), np.empty_like(points)
    gloss, glow = np.zeros(len(points), np.float32), np.zeros(len(points), np.bool_)
    for i in np.unique(index):
        rows = np.flatnonzero(index == i)
        thing = scene.room if i < 0 else scene.shapes[i]
        normals[rows] = thing.normals(points[rows])
        colours[rows] = thing.material.at(points[rows], normals[rows])
        gloss[rows], glow[rows] = thing.material.gloss, thing.material.glow
    return normals, colours, gloss, glow


def light_at(scene: Scene, points: Floats, normals: Floats) -> Floats:
    """Share of the lamps' light, cosine-weighted, that reaches each point past the shapes; about 0..1."""
    total = np.zeros(len(points), np.float32)
    for lamp in scene.lights:
        towards = lamp - points
        distance = np.linalg.norm(towards, axis=1)
        towards /= distance[:, None]
        cosine = np.maximum(dot(normals, towards), 0)
        lit = np.flatnonzero(cosine > 0)
        # Rays run back from the lamp: one origin for all, so the same hit test serves.
        back, length = -towards[lit], distance[lit]
        clear = np.ones(len(lit), np.bool_)
        for shape in scene.shapes:
            if shape.material.glow or shape.radius < SMALLEST_SHADOW:
                continue
            there = _inside_cone(shape, lamp, back)
            clear[there] &= shape.hit(lamp, back[there]) > length[there] - 0.02
        total[lit] += cosine[lit] * clear * (6.0 / (2.0 + distance[lit] ** 2))
    return total / len(scene.lights)


def shade(
    colours: Floats, normals: Floats, rays: Floats, gloss: Floats, glow: NDArray[np.bool_], light: Floats
) -> Floats:
    """Linear RGB of surfaces under `light`, with the light that walls, floor and ceiling send back to everywhere."""
    ambient = 0.50 + 0.04 * np.abs(normals[:, 1])
    half = unit(vec(0.2, 1.0, 0.1) - rays)
    highlight = gloss * np.maximum(dot(normals, half), 0) ** 40 * light
    warm = vec(1.04, 1.0, 0.94)
    lit = colours * (ambient[:, None] + 1.5 * light[:, None] * warm) + highlight[:, None]
    return np.where(glow[:, None], colours, lit).astype(np.float32)


def to_srgb(linear: Floats) -> NDArray[np.uint8]:
    """8-bit sRGB with a soft shoulder, so that lamps do not clip hard."""
    mapped = linear * (1 + linear / 6.0) / (1 + linear * 0.62)
    mapped = np.clip(mapped, 0, 1)
    encoded = np.where(mapped <= 0.0031308, mapped * 12.92, 1.055 * np.power(mapped, 1 / 2.4) - 0.055)
    return (encoded * 255 + 0.5).astype(np.uint8)

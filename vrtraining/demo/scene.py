"""The resuscitation bay: what stands where. A patient in cardiac arrest, one doctor compresses, one ventilates."""

from collections.abc import Sequence

import numpy as np

from vrtraining.demo.raytrace import Box, Capsule, Ellipsoid, Floats, Material, Room, Scene, Shape, Texture, vec

EYE = vec(0.0, 1.55, 0.0)
LOW, HIGH = vec(-3.4, 0.0, -2.8), vec(3.4, 3.0, 3.2)
LAMPS = [(x, z) for x in (-1.6, 1.6) for z in (-1.2, 1.4)]

SKIN = Material((0.60, 0.36, 0.25))
PALE_SKIN = Material((0.62, 0.44, 0.36))
HAIR = Material((0.025, 0.02, 0.018))
TEAL = Material((0.03, 0.27, 0.27))
NAVY = Material((0.05, 0.09, 0.21))
GLOVE = Material((0.16, 0.28, 0.60))
SHEET = Material((0.72, 0.78, 0.80))
STEEL = Material((0.42, 0.44, 0.46), gloss=0.8)
DARK = Material((0.035, 0.04, 0.045), gloss=0.4)
WHITE = Material((0.78, 0.79, 0.78), gloss=0.15)
RED = Material((0.52, 0.05, 0.04), gloss=0.4)
GREEN = Material((0.04, 0.38, 0.16), gloss=0.3)
PAD = Material((0.88, 0.88, 0.84))
BLUE_BAG = Material((0.12, 0.35, 0.52), gloss=0.5)


def box(x: float, y: float, z: float, width: float, height: float, depth: float, material: Material) -> Box:
    """A box by its middle and its size."""
    half = vec(width / 2, height / 2, depth / 2)
    return Box(vec(x, y, z) - half, vec(x, y, z) + half, material)


def picture(image: Floats, west: float, east: float, bottom: float, top: float, rest: Floats) -> Texture:
    """`image` (h, w, 3 linear RGB) on the south side of a box between `west`..`east`, `bottom`..`top`; else `rest`."""
    height, width = image.shape[:2]

    def texture(points: Floats, normals: Floats) -> Floats:
        u = (points[:, 0] - west) / (east - west)
        v = (top - points[:, 1]) / (top - bottom)
        inside = (normals[:, 2] < -0.5) & (u >= 0) & (u < 1) & (v >= 0) & (v < 1)
        column = np.clip(u * width, 0, width - 1).astype(np.intp)
        row = np.clip(v * height, 0, height - 1).astype(np.intp)
        return np.where(inside[:, None], image[row, column], rest).astype(np.float32)

    return texture


def _walls(points: Floats, normals: Floats) -> Floats:
    x, y, z = points.T
    colour = np.empty_like(points)
    colour[:] = (0.68, 0.68, 0.64)
    wall = np.abs(normals[:, 1]) < 0.5
    colour[wall & (y < 1.15)] = (0.27, 0.47, 0.46)
    colour[wall & (np.abs(y - 1.17) < 0.045)] = (0.70, 0.70, 0.66)
    colour[wall & (y < 0.1)] = (0.12, 0.16, 0.17)
    floor = normals[:, 1] > 0.5
    colour[floor] = (0.30, 0.31, 0.30)
    speckle = np.sin(x * 91.7 + np.sin(z * 57.3) * 3) * np.sin(z * 83.1 + np.sin(x * 61.9) * 3)
    colour[floor] *= (1 + 0.05 * speckle[floor])[:, None]
    path = floor & (np.abs(np.abs(x) - 2.1) < 0.05) | floor & (np.abs(z - 2.75) < 0.05)
    colour[path] = (0.04, 0.30, 0.29)
    ceiling = normals[:, 1] < -0.5
    colour[ceiling] = (0.80, 0.80, 0.77)
    seam = (np.abs((x + 0.3) % 0.6) < 0.012) | (np.abs(z % 0.6) < 0.012)
    colour[ceiling & seam] = (0.60, 0.60, 0.58)
    _window(points, normals, colour)
    _door(points, normals, colour)
    return colour


def _window(points: Floats, normals: Floats, colour: Floats) -> None:
    """A dusk over the city in the east wall."""
    _, y, z = points.T
    east = (normals[:, 0] < -0.5) & (y > 1.2) & (y < 2.45) & (np.abs(z - 0.2) < 1.25)
    height = (y - 1.2) / 1.25
    sky = np.stack([0.75 - 0.45 * height, 0.62 - 0.22 * height, 0.62 + 0.08 * height], axis=1)
    block = np.floor(z * 5)
    roof = 0.18 + 0.3 * np.abs(np.sin(block * 12.9898) * 43758.5453 % 1)
    town = height < roof
    lit = (np.sin(np.floor(z * 40) * 7.1 + np.floor(y * 30) * 3.7) > 0.72) & (np.abs(z * 40 % 1 - 0.5) < 0.3)
    sky[town] = (0.07, 0.08, 0.11)
    sky[town & lit] = (0.85, 0.62, 0.30)
    frame = (np.abs(np.abs(z - 0.2) - 1.25) < 0.05) | (np.abs(z - 0.2) < 0.03) | (y < 1.25) | (y > 2.40)
    sky[frame] = (0.62, 0.62, 0.60)
    colour[east] = sky[east]


def _door(points: Floats, normals: Floats, colour: Floats) -> None:
    """A double door with round windows in the south wall."""
    x, y, _ = points.T
    south = normals[:, 2] > 0.5
    door = south & (np.abs(x) < 0.95) & (y < 2.15)
    colour[door] = (0.52, 0.40, 0.27)
    for middle in (-0.45, 0.45):
        glass = door & (np.hypot(x - middle, y - 1.55) < 0.17)
        colour[glass] = (0.42, 0.55, 0.60)
    colour[door & (np.abs(x) < 0.012)] = (0.10, 0.08, 0.06)
    colour[door & (y < 0.28)] = (0.45, 0.46, 0.47)
    colour[south & (np.abs(x) < 1.02) & (y < 2.22) & ~door] = (0.30, 0.32, 0.33)


def furniture() -> list[Shape]:
    """All that stands still, but for the patient."""
    things: list[Shape] = [
        # the trolley that the patient lies on, head to the west
        box(0.0, 0.70, 1.75, 2.05, 0.14, 0.74, Material((0.10, 0.13, 0.15))),
        box(0.0, 0.79, 1.75, 1.98, 0.05, 0.70, SHEET),
        box(0.0, 0.56, 1.75, 1.7, 0.06, 0.5, STEEL),
        box(-0.74, 0.87, 1.75, 0.40, 0.07, 0.46, WHITE),
        Capsule(vec(-1.06, 0.75, 1.42), vec(-1.06, 1.02, 1.42), 0.018, STEEL),
        Capsule(vec(-1.06, 0.75, 2.08), vec(-1.06, 1.02, 2.08), 0.018, STEEL),
        Capsule(vec(-1.06, 1.02, 1.42), vec(-1.06, 1.02, 2.08), 0.018, STEEL),
        # crash cart
        box(1.75, 0.50, 1.15, 0.62, 0.86, 0.48, RED),
        box(1.75, 0.95, 1.15, 0.68, 0.04, 0.54, STEEL),
        # defibrillator on the cart
        box(1.72, 1.11, 1.18, 0.40, 0.28, 0.28, Material((0.80, 0.66, 0.10), gloss=0.2)),
        # oxygen, suction, outlets on the head wall
        box(-2.3, 1.45, 3.15, 1.1, 0.12, 0.08, STEEL),
        # cupboards in the west, work top, sink
        box(-3.12, 0.45, 0.0, 0.5, 0.90, 2.6, WHITE),
        box(-3.10, 0.92, 0.0, 0.56, 0.04, 2.64, Material((0.18, 0.20, 0.21), gloss=0.5)),
        box(-3.22, 1.95, 0.0, 0.34, 0.70, 2.6, WHITE),
        box(-3.0, 0.96, 0.7, 0.05, 0.30, 0.04, STEEL),
        # AED box by the door, chairs
        box(1.55, 1.50, -2.72, 0.36, 0.46, 0.14, GREEN),
        box(-1.9, 0.45, -2.35, 0.46, 0.06, 0.46, NAVY),
        box(-1.9, 0.72, -2.57, 0.46, 0.48, 0.05, NAVY),
        box(-2.5, 0.45, -2.35, 0.46, 0.06, 0.46, NAVY),
        box(-2.5, 0.72, -2.57, 0.46, 0.48, 0.05, NAVY),
        # examination lamp
        Capsule(vec(0.55, 2.98, 1.9), vec(0.55, 2.45, 1.9), 0.025, STEEL),
        Ellipsoid(vec(0.55, 2.38, 1.9), vec(0.30, 0.07, 0.30), WHITE),
        Ellipsoid(vec(0.55, 2.34, 1.9), vec(0.22, 0.05, 0.22), Material((1.4, 1.38, 1.25), glow=True)),
        # drip stand
        Capsule(vec(1.25, 0.05, 2.25), vec(1.25, 2.05, 2.25), 0.014, STEEL),
        Capsule(vec(1.11, 2.05, 2.25), vec(1.39, 2.05, 2.25), 0.010, STEEL),
        Ellipsoid(vec(1.14, 1.86, 2.25), vec(0.075, 0.14, 0.035), Material((0.66, 0.76, 0.80), gloss=0.7)),
        # waste bin, stool
        box(2.9, 0.30, -1.9, 0.36, 0.60, 0.36, Material((0.70, 0.55, 0.05))),
        Ellipsoid(vec(-1.6, 0.52, 0.5), vec(0.19, 0.04, 0.19), DARK),
        Capsule(vec(-1.6, 0.05, 0.5), vec(-1.6, 0.5, 0.5), 0.03, STEEL),
    ]
    for x in (-0.85, 0.85):
        for z in (1.48, 2.02):
            things.append(Capsule(vec(x, 0.08, z), vec(x, 0.62, z), 0.022, STEEL))
            things.append(Ellipsoid(vec(x, 0.07, z), vec(0.07, 0.07, 0.035), DARK))
    things += [box(1.75, 0.24 + 0.19 * i, 0.905, 0.54, 0.15, 0.02, Material((0.62, 0.09, 0.07))) for i in range(4)]
    things += [box(1.75, 0.27 + 0.19 * i, 0.89, 0.20, 0.022, 0.02, STEEL) for i in range(4)]
    things += [box(-2.865, 0.45, z, 0.01, 0.78, 0.02, STEEL) for z in (-0.65, 0.0, 0.65)]
    things += [
        Ellipsoid(vec(x, 1.45, 3.08), vec(0.035, 0.035, 0.03), material)
        for x, material in ((-2.65, GREEN), (-2.4, WHITE), (-2.15, RED), (-1.9, DARK))
    ]
    things += [box(x, 2.985, z, 1.15, 0.03, 0.55, Material((1.9, 1.92, 1.85), glow=True)) for x, z in LAMPS]
    return things


def patient(depth: float) -> list[Shape]:
    """Lies on the trolley; the chest is pressed `depth` metres down."""
    chest = 0.955 - 0.6 * depth
    return [
        Ellipsoid(vec(-0.76, 1.00, 1.75), vec(0.125, 0.095, 0.088), PALE_SKIN),
        Ellipsoid(vec(-0.80, 0.985, 1.75), vec(0.105, 0.10, 0.095), HAIR),
        Capsule(vec(-0.64, 0.95, 1.75), vec(-0.50, 0.94, 1.75), 0.055, PALE_SKIN),
        Ellipsoid(vec(-0.28, chest, 1.75), vec(0.31, 0.125 - 0.5 * depth, 0.205), PALE_SKIN),
        Ellipsoid(vec(0.08, 0.92, 1.75), vec(0.27, 0.105 + 0.3 * depth, 0.185), PALE_SKIN),
        Capsule(vec(0.28, 0.90, 1.65), vec(0.88, 0.88, 1.62), 0.085, NAVY),
        Capsule(vec(0.28, 0.90, 1.85), vec(0.88, 0.88, 1.88), 0.085, NAVY),
        Ellipsoid(vec(0.12, 0.905, 1.75), vec(0.24, 0.115, 0.195), NAVY),
        Capsule(vec(-0.46, 0.92, 1.50), vec(-0.02, 0.86, 1.44), 0.045, PALE_SKIN),
        Capsule(vec(-0.46, 0.92, 2.00), vec(-0.02, 0.86, 2.06), 0.045, PALE_SKIN),
        # electrodes: below the right clavicle, and under the left armpit
        Ellipsoid(vec(-0.42, chest + 0.088, 1.64), vec(0.065, 0.022, 0.05), PAD),
        Ellipsoid(vec(-0.16, chest + 0.055, 1.895), vec(0.065, 0.035, 0.04), PAD),
    ]


def compressor(depth: float) -> list[Shape]:
    """The doctor behind the patient: arms straight, shoulders above the hands, moving with them."""
    down = vec(0.0, -depth, 0.0)
    hands = vec(-0.24, 1.07, 1.80) + down
    left, right = vec(-0.45, 1.50, 2.10) + down * 0.9, vec(-0.03, 1.50, 2.10) + down * 0.9
    hips = vec(-0.24, 0.95, 2.42)
    middle = (left + right) / 2
    return [
        Capsule(vec(-0.34, 0.05, 2.45), vec(-0.34, 0.9, 2.42), 0.085, TEAL),
        Capsule(vec(-0.14, 0.05, 2.45), vec(-0.14, 0.9, 2.42), 0.085, TEAL),
        Capsule(hips, middle + vec(0, -0.16, 0.10), 0.175, TEAL),
        Capsule(left + vec(0.05, -0.02, 0.02), right + vec(-0.05, -0.02, 0.02), 0.095, TEAL),
        Capsule(left, (left + hands) / 2, 0.055, TEAL),
        Capsule(right, (right + hands) / 2, 0.055, TEAL),
        Capsule((left + hands) / 2, hands, 0.038, SKIN),
        Capsule((right + hands) / 2, hands, 0.038, SKIN),
        Ellipsoid(hands + vec(0, -0.02, 0), vec(0.075, 0.045, 0.06), GLOVE),
        Capsule(middle + vec(0, 0.05, 0), middle + vec(0, 0.14, -0.02), 0.05, SKIN),
        Ellipsoid(middle + vec(0, 0.25, -0.04), vec(0.085, 0.115, 0.098), SKIN),
        Ellipsoid(middle + vec(0, 0.295, -0.015), vec(0.092, 0.09, 0.10), HAIR),
        Ellipsoid(middle + vec(0, 0.20, -0.09), vec(0.062, 0.055, 0.055), Material((0.45, 0.60, 0.68))),
        *(Ellipsoid(middle + vec(x, 0.268, -0.125), vec(0.011, 0.008, 0.008), HAIR) for x in (-0.03, 0.03)),
    ]


def ventilator() -> list[Shape]:
    """The colleague at the head with the bag-valve mask."""
    mask = vec(-0.74, 1.10, 1.75)
    return [
        Capsule(vec(-1.52, 0.05, 1.66), vec(-1.52, 0.9, 1.70), 0.085, NAVY),
        Capsule(vec(-1.52, 0.05, 1.84), vec(-1.52, 0.9, 1.80), 0.085, NAVY),
        Capsule(vec(-1.50, 0.95, 1.75), vec(-1.36, 1.34, 1.75), 0.17, NAVY),
        Capsule(vec(-1.34, 1.42, 1.55), vec(-1.34, 1.42, 1.95), 0.085, NAVY),
        Capsule(vec(-1.33, 1.42, 1.54), vec(-1.05, 1.22, 1.62), 0.05, NAVY),
        Capsule(vec(-1.33, 1.42, 1.96), vec(-1.05, 1.22, 1.88), 0.05, NAVY),
        Capsule(vec(-1.05, 1.22, 1.62), mask + vec(-0.06, 0.02, -0.05), 0.036, SKIN),
        Capsule(vec(-1.05, 1.22, 1.88), mask + vec(-0.14, 0.09, 0.06), 0.036, SKIN),
        Ellipsoid(mask + vec(-0.03, 0.0, -0.04), vec(0.05, 0.04, 0.05), GLOVE),
        Ellipsoid(mask + vec(0.0, 0.0, 0.0), vec(0.06, 0.045, 0.05), Material((0.55, 0.72, 0.76), gloss=0.6)),
        Ellipsoid(mask + vec(-0.16, 0.10, 0.06), vec(0.13, 0.075, 0.075), BLUE_BAG),
        Capsule(vec(-1.33, 1.48, 1.75), vec(-1.31, 1.58, 1.75), 0.05, SKIN),
        Ellipsoid(vec(-1.29, 1.69, 1.75), vec(0.098, 0.115, 0.085), SKIN),
        Ellipsoid(vec(-1.32, 1.735, 1.75), vec(0.10, 0.09, 0.095), Material((0.10, 0.32, 0.36))),
        Ellipsoid(vec(-1.235, 1.645, 1.75), vec(0.055, 0.055, 0.062), Material((0.45, 0.60, 0.68))),
    ]


# Things with a picture on their south side: (west, east, bottom, top, z of that side).
MONITOR = (0.75, 1.65, 1.62, 2.17, 2.85)
CLOCK = (-0.28, 0.28, 2.20, 2.76, 3.14)
SIGN = (-2.75, -1.55, 2.15, 2.50, 3.16)


def hangings(sign: Floats, clock: Floats, monitor: Floats) -> list[Shape]:
    """Monitor, clock and sign, with their pictures (h, w, 3 linear RGB)."""
    black, grey = vec(0.02, 0.022, 0.025), vec(0.30, 0.31, 0.32)
    screen = picture(monitor, *MONITOR[:4], black)
    return [
        box(1.2, 1.895, 2.90, 0.98, 0.63, 0.09, Material(screen, glow=True)),
        Capsule(vec(1.2, 1.9, 2.93), vec(1.2, 1.9, 3.2), 0.03, STEEL),
        box(0.0, 2.48, 3.17, 0.60, 0.60, 0.06, Material(picture(clock, *CLOCK[:4], grey))),
        box(-2.15, 2.325, 3.18, 1.24, 0.39, 0.04, Material(picture(sign, *SIGN[:4], grey))),
    ]


def lamp_points() -> Sequence[Floats]:
    """Two places under each ceiling panel: enough for shadows with a soft edge."""
    return [vec(x + dx, 2.93, z + dz) for x, z in LAMPS for dx, dz in ((-0.35, -0.12), (0.35, 0.12))]


def room() -> Room:
    return Room(LOW, HIGH, Material(_walls))


def scene(shapes: Sequence[Shape]) -> Scene:
    return Scene(room(), shapes, lamp_points())

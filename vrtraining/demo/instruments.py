"""What the bay's instruments show: the patient monitor and the clock, drawn with Pillow."""

import math

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from vrtraining.demo.raytrace import Floats

ECG_GREEN, PLETH_BLUE, CO2_YELLOW, ALARM = (90, 230, 140), (90, 190, 240), (240, 214, 90), (255, 92, 80)
SWEEP_SECONDS = 5.0


def linear(image: Image.Image, gain: float = 1.0) -> Floats:
    """The picture as linear RGB floats."""
    return ((np.asarray(image.convert("RGB"), np.float32) / 255) ** 2.2 * gain).astype(np.float32)


def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def fibrillation(t: float) -> float:
    """Coarse ventricular fibrillation, -1..1: sines of 4-7 Hz that drift against each other."""
    slow = 0.6 + 0.4 * math.sin(0.9 * t + 1)
    return slow * (
        0.55 * math.sin(2 * math.pi * 4.6 * t + 1.3 * math.sin(1.7 * t)) + 0.4 * math.sin(2 * math.pi * 6.1 * t)
    )


def compression_wave(t: float, period: float) -> float:
    """Arterial wave that compressions make, 0..1."""
    phase = (t % period) / period
    return max(0.0, math.sin(math.pi * min(phase / 0.55, 1.0))) ** 1.5


def monitor_picture(t: float, period: float, size: tuple[int, int] = (640, 392)) -> Image.Image:
    """The monitor `t` seconds into the scene: sweeping traces, numbers, running time. `period`: one compression, s."""
    width, height = size
    image = Image.new("RGB", size, (6, 9, 12))
    draw = ImageDraw.Draw(image)
    trace_width = int(width * 0.72)
    rows = [
        ("II  VF", ECG_GREEN, 0.22, 40, lambda s: fibrillation(s) + 0.25 * compression_wave(s, period)),
        ("ART", PLETH_BLUE, 0.52, 44, lambda s: 1.6 * compression_wave(s, period) - 0.8),
        ("CO2", CO2_YELLOW, 0.82, 34, lambda s: 1.2 if (s % 6.0) < 1.6 else -0.8),
    ]
    head = t % SWEEP_SECONDS / SWEEP_SECONDS
    for label, colour, middle, scale, wave in rows:
        points = []
        for x in range(0, trace_width, 2):
            along = x / trace_width
            age = (head - along) % 1.0
            if age > 0.965:  # the gap that runs before the newest sample
                if len(points) > 1:
                    draw.line(points, fill=colour, width=3)
                points = []
                continue
            points.append((x + 8, height * middle - scale * wave(max(t - age * SWEEP_SECONDS, 0.0))))
        if len(points) > 1:
            draw.line(points, fill=colour, width=3)
        draw.text((10, height * middle - 58), label, fill=colour, font=font(20))
    rate = round(60 / period)
    numbers = [("HR", "---", ECG_GREEN), ("NIBP", "58/21", PLETH_BLUE), ("etCO2", f"{17 + int(t) % 3}", CO2_YELLOW)]
    for (name, value, colour), top in zip(numbers, (0.08, 0.38, 0.68), strict=True):
        draw.text((width * 0.76, height * top), name, fill=colour, font=font(18))
        draw.text((width * 0.76, height * top + 20), value, fill=colour, font=font(46))
    if int(t * 2) % 2 == 0:
        draw.rectangle((width * 0.30, 4, width * 0.60, 32), fill=ALARM)
        draw.text((width * 0.335, 5), "VF  -  SHOCK", fill=(20, 8, 6), font=font(22))
    draw.text(
        (width * 0.76, height - 34),
        f"CPR {rate}/min  {int(t) // 60:02d}:{int(t) % 60:02d}",
        fill=(200, 208, 210),
        font=font(17),
    )
    return image


def clock_picture(t: float, size: int = 300) -> Image.Image:
    """A wall clock that shows 14:32 and the running seconds."""
    scale = 2
    image = Image.new("RGB", (size * scale, size * scale), (150, 154, 156))
    draw = ImageDraw.Draw(image)
    c, r = size * scale / 2, size * scale * 0.46
    draw.ellipse((c - r, c - r, c + r, c + r), fill=(244, 245, 242), outline=(40, 46, 48), width=8)
    for minute in range(60):
        a = math.tau * minute / 60
        inner = r * (0.82 if minute % 5 == 0 else 0.90)
        draw.line(
            (c + inner * math.sin(a), c - inner * math.cos(a), c + r * 0.95 * math.sin(a), c - r * 0.95 * math.cos(a)),
            fill=(30, 34, 36),
            width=8 if minute % 5 == 0 else 3,
        )
    seconds = 8 + t
    minutes = 32 + seconds / 60
    for turn, length, thick, colour in (
        ((14 % 12 + minutes / 60) / 12, 0.5, 16, (25, 30, 32)),
        (minutes / 60, 0.75, 11, (25, 30, 32)),
        (math.floor(seconds) / 60, 0.85, 5, (214, 72, 60)),
    ):
        a = math.tau * turn
        draw.line((c, c, c + r * length * math.sin(a), c - r * length * math.cos(a)), fill=colour, width=thick)
    draw.ellipse((c - 12, c - 12, c + 12, c + 12), fill=(214, 72, 60))
    return image.resize((size, size), Image.Resampling.LANCZOS)


def sign_picture() -> Image.Image:
    image = Image.new("RGB", (480, 140), (10, 104, 104))
    draw = ImageDraw.Draw(image)
    draw.text((28, 14), "RESUS 1", fill=(240, 248, 246), font=font(72))
    draw.text((30, 96), "EMERGENCY  MEDICINE  TRAINING", fill=(180, 226, 222), font=font(24))
    return image

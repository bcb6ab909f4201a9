"""Chest compressions measured from samples of a controller, a tracked hand, a phone or a manikin's sensor."""

from courses.scenarios.motion.compression import Compression, CompressionSummary, summarise
from courses.scenarios.motion.measure import Measurement, MotionMeter, measure, measure_csv
from courses.scenarios.motion.sources import HONESTY, Honesty, Source, Surface

__all__ = [
    "HONESTY",
    "Compression",
    "CompressionSummary",
    "Honesty",
    "Measurement",
    "MotionMeter",
    "Source",
    "Surface",
    "measure",
    "measure_csv",
    "summarise",
]

"""A transcode leaves the processor to others as well."""

import os
from fractions import Fraction
from pathlib import Path

import pytest

from streaming.library.encoders.base import VideoSettings, backend


@pytest.mark.parametrize("codec", ["h264", "av1"])
def test_no_thread_of_an_encoder_is_real_time_even_for_root(codec: str) -> None:
    chosen = backend(codec)
    encoder = chosen.factory(VideoSettings(codec, 256, 128, Fraction(24), 24, 2000, chosen.options(2000, 24)))
    threads = [int(task.name) for task in Path("/proc/self/task").iterdir()]
    policies = {os.sched_getscheduler(thread) for thread in threads}
    encoder.close()
    assert len(threads) > 1
    assert policies == {os.SCHED_OTHER}

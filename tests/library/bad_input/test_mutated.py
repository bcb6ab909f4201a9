"""Films whose bytes were changed at random: taken or refused, but never anything else."""

import random
from pathlib import Path

import pytest

from streaming.library.errors import MediaError
from streaming.library.probe.run import run_probe
from tests.library.films import make_film

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("ending", ["mp4", "mkv"])
def test_a_film_with_changed_bytes_is_taken_or_refused_with_a_reason(seed: int, ending: str, tmp_path: Path) -> None:
    chance = random.Random(seed)
    film = make_film(tmp_path / f"film.{ending}", frames=24)
    data = bytearray(film.read_bytes())
    # Half of the changes hit the index, where sizes and counts are.
    index = data.find(b"moov") if ending == "mp4" else 0
    for _ in range(chance.choice([1, 4, 40])):
        start = index if chance.random() < 0.5 else 0
        end = len(data) if ending == "mp4" else chance.choice([400, len(data)])
        data[chance.randrange(start, end)] = chance.choice([0, 0x7F, 0x80, 0xFF, chance.randrange(256)])
    film.write_bytes(bytes(data))
    out = tmp_path / "out"
    out.mkdir()
    try:
        facts = run_probe(film, out)
    except MediaError as refusal:
        assert "probe ended with 1" not in refusal.detail, refusal.detail
        return
    assert facts["frames"] >= 2
    assert 0 < facts["duration"] < 12 * 3600

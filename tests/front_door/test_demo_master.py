"""The demo master shows a visitor what the product is."""

from pathlib import Path

import av
import numpy as np
import pytest
from django.core.management import CommandError, call_command


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "bay.mp4"
    call_command("make_demo_master", str(path), width=512, seconds=1.2)
    return path


def test_it_is_an_equirectangular_film_with_sound(film: Path) -> None:
    with av.open(str(film)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert (video.width, video.height) == (512, 256)
        assert audio.codec_context.name == "aac"
        pictures = [frame.to_ndarray(format="rgb24") for frame in container.decode(video)]
    assert len(pictures) == 36
    assert b"GSpherical:ProjectionType>equirectangular" in film.read_bytes()


def test_people_and_instruments_move_and_the_room_stands_still(film: Path) -> None:
    with av.open(str(film)) as container:
        pictures = np.stack([f.to_ndarray(format="gray") for f in container.decode(video=0)]).astype(np.int16)
    motion = np.abs(pictures - pictures[0]).max(axis=0)
    north = motion[90:150, 220:270]
    assert (north > 40).any(), "nobody compresses"
    south = motion[:, :100]
    assert np.percentile(south, 99) < 12, "the room moves"


@pytest.mark.parametrize("options", [{"width": 100}, {"width": 513}, {"seconds": 0.0}])
def test_absurd_sizes_are_refused(tmp_path: Path, options: dict[str, float]) -> None:
    with pytest.raises(CommandError):
        call_command("make_demo_master", str(tmp_path / "x.mp4"), **options)

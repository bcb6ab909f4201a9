"""How a camera turned is found for every picture of a film, and only where it turned at all."""

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.library.probe.examine import examine
from streaming.library.steady.measure import is_turning, looked_at, measure_turning, track_of
from streaming.library.steady.rotation import angle_of, by_vector
from streaming.library.steady.track import Track
from tests.library.films import make_film
from tests.library.steady.turning import World, film_of, panned, still

CLIPS = Path(__file__).resolve().parents[4] / "shared" / "clips"


def turns(path: Path) -> bool:
    return is_turning(path, *examine(path))


def test_every_picture_of_a_film_gets_the_turn_that_its_camera_made(tmp_path: Path) -> None:
    parts: list[float] = []
    path = film_of(tmp_path / "film.mp4")
    assert turns(path)
    track = measure_turning(path, *examine(path), progress=parts.append)
    assert len(track) == 45
    for i in range(45):
        assert angle_of(track.rotation(i) @ panned(i / 30).T @ panned(0)) < math.radians(0.05)
    assert parts == sorted(parts)
    assert parts[-1] == 1
    assert track.speed(30) == pytest.approx(13, abs=2)
    assert track.reach == pytest.approx(17.6, abs=1)


def test_a_camera_on_a_tripod_stands(tmp_path: Path) -> None:
    assert not turns(film_of(tmp_path / "film.mp4", still))


def test_pictures_that_have_nothing_in_common_do_not_turn(tmp_path: Path) -> None:
    """Numbers that flicker, as in other tests: no scene explains the next."""
    assert not turns(make_film(tmp_path / "film.mp4", frames=40))


def test_a_film_of_two_pictures_is_too_short_to_turn(tmp_path: Path) -> None:
    assert not turns(film_of(tmp_path / "film.mp4", frames=2))


@pytest.mark.parametrize("clip", ["aframe_360.mp4", "valiant_overpass.mp4", "gvr_testroom_mono.mp4"])
def test_real_cameras_that_stand_are_known_to_stand(clip: str) -> None:
    """Running water, traffic that fills the picture, a person who walks."""
    if not (CLIPS / clip).is_file():
        pytest.skip("the clips are not here")
    assert not turns(CLIPS / clip)


def test_after_a_cut_the_next_shot_begins_as_it_was_filmed() -> None:
    first, second = World(3), World(4)
    pictures = [first.filmed(panned(i / 30)) for i in range(6)]
    pictures += [second.filmed(panned(1 + i / 30)) for i in range(6)]
    track = track_of(pictures)
    for i in range(6):
        assert angle_of(track.rotation(i) @ panned(i / 30).T @ panned(0)) < math.radians(0.01)
        began = panned(1 + i / 30) @ panned(1).T
        assert angle_of(track.rotation(6 + i) @ began.T) < math.radians(0.01)


def test_a_scene_that_changes_bit_by_bit_is_followed_past_its_reference() -> None:
    """Another room comes into the picture from the left until nothing of the first one is left."""
    first, second = World(3), World(4)
    pictures = []
    for i in range(25):
        rotation = panned(i / 15)
        picture = first.filmed(rotation)
        picture[:, : 40 * i] = second.filmed(rotation)[:, : 40 * i]
        pictures.append(picture)
    track = track_of(pictures)
    assert angle_of(track.rotation(24) @ panned(24 / 15).T @ panned(0)) < math.radians(0.1)


rotations = st.tuples(*[st.floats(-3.1, 3.1)] * 3).map(lambda vector: by_vector(np.array(vector)))


@given(st.lists(rotations, min_size=1, max_size=8))
def test_a_track_is_read_as_it_was_written(turns: list[np.ndarray]) -> None:
    read = Track.from_bytes(Track.of(turns).to_bytes())
    assert len(read) == len(turns)
    for i, turn in enumerate(turns):
        assert np.allclose(read.rotation(i), turn, atol=1e-6)
        assert np.allclose(read.rotation(i) @ read.rotation(i).T, np.eye(3), atol=1e-12)
    assert np.allclose(read.rotation(99), turns[-1], atol=1e-6)


def test_a_look_begins_at_key_frames_where_there_are_enough_of_them(tmp_path: Path) -> None:
    """A key frame every twelve pictures or sooner: of 300 pictures each place is one; of 45 there are too few."""
    _, long = examine(make_film(tmp_path / "long.mp4", frames=300, width=64, height=32))
    places = looked_at(long, 284)
    assert len(places) == 12
    assert set(places) <= set(long.pts.searchsorted(long.keys).tolist())
    assert max(places) <= 284
    _, short = examine(make_film(tmp_path / "short.mp4", frames=45, width=64, height=32))
    assert looked_at(short, 29) == [round(part * 29) for part in np.linspace(0.05, 0.95, 12)]
    assert looked_at(short, -1) == []

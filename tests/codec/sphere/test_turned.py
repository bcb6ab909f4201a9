"""Planes of a sphere are turned exactly, everywhere, and alike on every machine."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codec_native import CodecError, FrameError, FrameTypeError, cpu_features
from codec_native.sphere import turned

STILL = np.eye(3)
needs_avx2 = pytest.mark.skipif(not cpu_features()["avx2"], reason="this machine has no AVX2")


def about(axis: str, degrees: float) -> np.ndarray:
    """Right-handed rotation about x, y or z."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.array(
        {
            "x": [[1, 0, 0], [0, c, -s], [0, s, c]],
            "y": [[c, 0, s], [0, 1, 0], [-s, 0, c]],
            "z": [[c, -s, 0], [s, c, 0], [0, 0, 1]],
        }[axis]
    )


def directions(width: int, height: int) -> np.ndarray:
    """Of each sample, shape (height, width, 3)."""
    longitude = ((np.arange(width) + 0.5) / width - 0.5) * 2 * np.pi
    latitude = ((0.5 - (np.arange(height) + 0.5) / height) * np.pi)[:, None]
    ones = np.ones((height, width))
    return np.stack(
        [np.cos(latitude) * np.sin(longitude), np.sin(latitude) * ones, np.cos(latitude) * np.cos(longitude)], axis=-1
    )


def world(d: np.ndarray) -> np.ndarray:
    """Brightness of directions: smooth everywhere on the sphere, the poles included."""
    waves = np.array([[3.0, 1.0, 2.0], [-2.0, 4.0, 1.0], [1.0, -3.0, 5.0]])
    return 128 + sum(30 * np.cos(d @ wave + i) for i, wave in enumerate(waves))


def picture(width: int, height: int, rotation: np.ndarray = STILL) -> np.ndarray:
    return np.rint(world(directions(width, height) @ rotation.T)).astype(np.uint8)


rotations = st.tuples(st.floats(-180, 180), st.floats(-90, 90), st.floats(-180, 180)).map(
    lambda angles: about("y", angles[0]) @ about("x", angles[1]) @ about("z", angles[2])
)


@given(rotations)
@settings(max_examples=60, deadline=None)
def test_a_direction_shows_what_the_turned_direction_showed(rotation: np.ndarray) -> None:
    """Also over the poles and across the edge, where coordinates jump."""
    wrong = turned(picture(512, 256), rotation).astype(int) - picture(512, 256, rotation)
    assert np.abs(wrong).max() <= 2


@pytest.mark.parametrize("width", [1920, 2048, 3840])
@pytest.mark.parametrize("rotation", [about("y", 9.3) @ about("x", 2.1), about("x", 88) @ about("z", 40)])
def test_so_do_large_pictures_whose_coordinates_are_interpolated(width: int, rotation: np.ndarray) -> None:
    wrong = turned(picture(width, width // 2), rotation).astype(int) - picture(width, width // 2, rotation)
    assert np.abs(wrong).max() <= 1


def test_what_does_not_turn_keeps_every_sample() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (66, 130), np.uint8)
    assert (turned(noise, STILL) == noise).all()


@pytest.mark.parametrize("width", [64, 1920])
def test_a_quarter_turn_to_the_right_moves_every_sample_by_a_quarter_of_the_width(width: int) -> None:
    """The view's right is x: after the turn, ahead shows what was at the right."""
    noise = np.random.default_rng(2).integers(0, 256, (width // 2, width), np.uint8)
    assert (turned(noise, about("y", 90)) == np.roll(noise, -width // 4, axis=1)).all()


def test_there_and_back_is_nearly_the_same_picture() -> None:
    rotation = about("y", 20) @ about("x", -7) @ about("z", 3)
    once = picture(1024, 512)
    again = turned(turned(once, rotation), rotation.T)
    assert np.abs(again.astype(int) - once).max() <= 2


@needs_avx2
@given(
    rotations,
    st.integers(8, 70),
    st.integers(8, 40),
    st.integers(0, 2**32 - 1),
)
@settings(max_examples=100, deadline=None)
def test_every_instruction_set_gives_the_same_bytes(rotation: np.ndarray, width: int, height: int, seed: int) -> None:
    """Noise between black and white, where the filter overshoots, in every size."""
    noise = (np.random.default_rng(seed).integers(0, 2, (height, width)) * 255).astype(np.uint8)
    assert (turned(noise, rotation, simd="avx2") == turned(noise, rotation, simd="c")).all()


def test_a_plane_inside_another_is_written_and_nothing_beside_it() -> None:
    around = np.full((40, 80), 7, np.uint8)
    source = picture(64, 32)
    assert turned(source, about("y", 30), out=around[4:36, 8:72]) is not None
    assert (around[4:36, 8:72] == turned(source, about("y", 30))).all()
    around[4:36, 8:72] = 7
    assert (around == 7).all()


@pytest.mark.parametrize(
    ("plane", "rotation", "error"),
    [
        (np.zeros((4, 64), np.uint8), STILL, FrameError),
        (np.zeros((64, 7), np.uint8), STILL, FrameError),
        (np.zeros((64, 64), np.uint16), STILL, FrameTypeError),
        (np.zeros((8, 8, 3), np.uint8), STILL, FrameError),
        (np.zeros((32, 64), np.uint8), 2 * STILL, FrameError),
        (np.zeros((32, 64), np.uint8), np.full((3, 3), np.nan), FrameError),
        (np.zeros((32, 64), np.uint8), np.eye(2), FrameError),
    ],
    ids=["too low", "too narrow", "16 bits", "three planes", "larger", "not numbers", "flat"],
)
def test_what_cannot_be_turned_is_refused_by_name(plane: np.ndarray, rotation: np.ndarray, error: type) -> None:
    with pytest.raises(error) as refusal:
        turned(plane, rotation)
    assert isinstance(refusal.value, CodecError)
    assert str(refusal.value)


def test_a_plane_is_not_turned_onto_itself() -> None:
    plane = picture(64, 32)
    with pytest.raises(FrameError):
        turned(plane, about("y", 1), out=plane)

"""One picture is found in another: how the camera turned between them, whatever else happens."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streaming.library.steady.register import Reference
from streaming.library.steady.rotation import angle_of, by_vector
from tests.library.steady.turning import World

WORLD = World()
FIRST = WORLD.filmed(np.eye(3))
REFERENCE = Reference(FIRST)
# Half a sample of an 8K picture; and what the rounding of luma may hide of a turn that moves nothing by a tenth of a
# sample of ours.
EXACT = math.radians(360 / 7680 / 2)
HIDDEN = math.radians(360 / 960 / 8)


def off(found: np.ndarray, truth: np.ndarray) -> float:
    return angle_of(found @ truth.T)


vectors = st.tuples(*[st.floats(-0.09, 0.09)] * 3).map(np.array)


@given(vectors)
@settings(max_examples=15, deadline=None)
def test_a_turn_of_a_few_degrees_is_found_exactly(vector: np.ndarray) -> None:
    truth = by_vector(vector)
    fit = REFERENCE.fit(WORLD.filmed(truth), np.eye(3))
    assert off(fit.rotation, truth) < (EXACT if np.linalg.norm(vector) > 0.02 else HIDDEN)
    assert fit.explained > 0.99


def test_a_large_turn_is_found_from_a_guess_nearby() -> None:
    truth = by_vector(np.array([0.4, 2.5, -0.3]))
    fit = REFERENCE.fit(WORLD.filmed(truth), truth @ by_vector(np.array([0.03, 0.05, -0.02])))
    assert off(fit.rotation, truth) < EXACT


def test_people_who_walk_through_a_third_of_the_picture_do_not_turn_the_camera() -> None:
    truth = by_vector(np.array([0.0, 0.05, 0.01]))
    picture = WORLD.filmed(truth)
    someone = World(11).filmed(np.eye(3))
    picture[160:400, 100:420] = someone[160:400, 100:420]
    fit = REFERENCE.fit(picture, np.eye(3))
    assert off(fit.rotation, truth) < math.radians(0.02)


def test_people_before_a_camera_that_stands_do_not_turn_it() -> None:
    picture = FIRST.copy()
    picture[160:400, 100:420] = picture[160:400, 140:460]
    fit = REFERENCE.fit(picture, np.eye(3))
    assert angle_of(fit.rotation) < math.radians(0.02)


@pytest.mark.parametrize(("gain", "lift"), [(0.8, 0), (1.0, 25), (1.1, -20)])
def test_a_camera_that_opens_its_iris_has_not_turned(gain: float, lift: int) -> None:
    picture = np.clip(FIRST * gain + lift, 0, 255).astype(np.uint8)
    fit = REFERENCE.fit(picture, np.eye(3))
    assert angle_of(fit.rotation) < math.radians(0.02)
    assert fit.explained > 0.9


def test_noise_of_a_dark_room_does_not_matter() -> None:
    truth = by_vector(np.array([0.01, -0.04, 0.02]))
    noise = np.random.default_rng(5).normal(0, 8, FIRST.shape)
    picture = np.clip(WORLD.filmed(truth) + noise, 0, 255).astype(np.uint8)
    assert off(REFERENCE.fit(picture, np.eye(3)).rotation, truth) < math.radians(0.01)


def test_another_scene_is_not_explained() -> None:
    assert REFERENCE.fit(World(12).filmed(np.eye(3)), np.eye(3)).explained < 0.5


def test_a_black_picture_is_no_scene_and_breaks_nothing() -> None:
    black = np.full_like(FIRST, 16)
    assert REFERENCE.fit(black, np.eye(3)).explained < 0.6
    fit = Reference(black).fit(black, np.eye(3))
    assert angle_of(fit.rotation) == 0

"""What compressions and profiles are worth (docs/scoring.md)."""

import pytest

from courses.scenarios.clinical.profiles import CONFIDENCES, UnknownProfile, load_profile, numbers, profile_ids
from courses.scenarios.scoring.credit import compression_credit
from courses.scenarios.scoring.hands_off import hands_off
from courses.scenarios.scoring.score import score
from tests.scenarios.runs import scripted

ADULT = load_profile("cn").target(50)


@pytest.mark.parametrize(
    ("depth_mm", "rate_cpm", "recoil", "credit"),
    [
        (54, 110, True, 1.0),
        (40, 110, True, 0.8),
        (30, 110, True, 0.6),
        (54, 85, True, 0.8),
        (54, 110, False, 0.8),
        (54, 110, None, 1.0),
        (None, 110, None, 1.0),
        (None, None, None, 0.0),
        (75, 150, False, 0.0),
    ],
)
def test_credit_falls_with_the_distance_from_the_range(
    depth_mm: float | None, rate_cpm: float | None, recoil: bool | None, credit: float
) -> None:
    assert compression_credit(ADULT, depth_mm, rate_cpm, recoil) == pytest.approx(credit)


def test_a_pause_that_the_aed_orders_is_not_the_rescuers() -> None:
    times = [i * 0.5 for i in range(20)] + [30 + i * 0.5 for i in range(20)]
    assert hands_off(times, 39.5, []).longest_s == pytest.approx(20.0)
    excused = hands_off(times, 39.5, [(9.7, 25.0), (20.0, 28.0)])
    assert excused.longest_s == pytest.approx(30 - 9.5 - 0.5 - 18.3 + 0.05, abs=0.1)
    assert excused.ccf > 0.9


def test_a_critical_step_that_is_missing_caps_the_score() -> None:
    marked = score(scripted("limb-bleeding", "beginner"))
    assert ("packing", 60.0) in marked.caps
    assert marked.total <= min(cap for _, cap in marked.caps)


def test_only_a_sensor_certifies_depth() -> None:
    assert score(scripted("adult-metro-aed", "expert")).certifies_depth is False


def test_every_clinical_number_says_how_sure_we_are() -> None:
    assert {confidence for _, _, confidence in numbers()} == CONFIDENCES
    assert {load_profile(name).emergency_number for name in profile_ids()} == {"120", "911", "112"}
    assert load_profile("cn").target(0.7).depth_mm < ADULT.depth_mm
    with pytest.raises(UnknownProfile):
        load_profile("atlantis")

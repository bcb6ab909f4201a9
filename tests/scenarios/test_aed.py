"""The AED trainer, as somebody uses it."""

import pytest

from courses.scenarios.aed.trainer import Phase, Trainer, voice
from courses.scenarios.clinical.profiles import load_profile

RIGHT, LEFT = (-0.08, 0.09), (0.16, -0.08)


def trainer(age_years: float = 50, *, wet: bool = False) -> Trainer:
    started = Trainer.for_patient(load_profile("cn"), age_years, wet=wet)
    started.power(1.0)
    return started


def with_pads(age_years: float = 50) -> Trainer:
    aed = trainer(age_years)
    aed.bare_chest(5.0)
    assert aed.place_pad(10.0, "right", *RIGHT)
    assert aed.place_pad(12.0, "left", *LEFT)
    return aed


def play(aed: Trainer, start_s: float, end_s: float, *, shockable: bool = True) -> None:
    for step in range(int((end_s - start_s) * 4) + 1):
        aed.advance(start_s + step / 4, shockable)


def said(aed: Trainer) -> list[str]:
    return [cue.id for cue in aed.cues]


def test_it_analyses_charges_and_shocks_in_the_times_of_the_profile() -> None:
    aed = with_pads()
    play(aed, 12, 40)
    times = {name: t for t, name in aed.facts}
    assert 5 <= times["aed.shock_advised"] - times["aed.pads_on"] <= 15
    assert 5 <= times["aed.ready"] - times["aed.shock_advised"] <= 10
    assert aed.press_shock(31.0)
    assert (aed.phase, aed.metronome_cpm) == (Phase.CPR, 110.0)


def test_it_analyses_again_after_two_minutes() -> None:
    aed = with_pads()
    play(aed, 12, 30)
    aed.press_shock(30.0)
    play(aed, 30, 149.75)
    assert aed.phase is Phase.CPR
    play(aed, 150, 150)
    assert aed.phase is Phase.ANALYSING


def test_a_rhythm_that_no_shock_helps_gets_none() -> None:
    aed = with_pads()
    play(aed, 12, 30, shockable=False)
    assert not aed.press_shock(30.0)
    assert ("no_shock" in said(aed), aed.shocks) == (True, 0)


def test_it_never_shocks_a_patient_who_is_touched() -> None:
    aed = with_pads()
    play(aed, 12, 30)
    aed.touch(True)
    assert not aed.press_shock(30.0)
    assert said(aed)[-1] == "stand_clear"


def test_motion_makes_the_analysis_start_again() -> None:
    aed = with_pads()
    play(aed, 12, 18)
    aed.moved(18.0)
    play(aed, 18, 26.75)
    assert aed.phase is Phase.ANALYSING
    assert "motion" in said(aed)
    play(aed, 27, 27)
    assert aed.phase is Phase.CHARGING


@pytest.mark.parametrize(
    ("pad", "place", "answer"),
    [("right", (0.05, 0.0), "pad_right_wrong"), ("left", (0.0, 0.0), "pad_left_wrong")],
)
def test_a_pad_in_the_wrong_place_is_answered(pad: str, place: tuple[float, float], answer: str) -> None:
    aed = trainer()
    aed.bare_chest(5.0)
    assert not aed.place_pad(10.0, pad, *place)
    assert said(aed)[-1] == answer


def test_a_wet_chest_and_a_dressed_chest_are_answered() -> None:
    aed = trainer(wet=True)
    aed.place_pad(3.0, "right", *RIGHT)
    assert said(aed)[-1] == "bare_chest"
    aed.bare_chest(5.0)
    aed.place_pad(8.0, "right", *RIGHT)
    assert said(aed)[-1] == "dry_chest"
    aed.dry_chest(12.0)
    assert aed.place_pad(15.0, "right", *RIGHT)


def test_a_small_child_gets_child_pads_front_and_back() -> None:
    aed = trainer(age_years=6)
    aed.bare_chest(5.0)
    assert not aed.place_pad(8.0, "right", 0.0, 0.0)
    aed.choose_child_pads()
    assert aed.place_pad(9.0, "right", 0.0, 0.0)
    assert not aed.place_pad(10.0, "left", *LEFT)
    assert aed.place_pad(11.0, "left", 0.0, 0.0, back=True)


def test_a_charge_that_nobody_uses_is_dropped() -> None:
    aed = with_pads()
    play(aed, 12, 46)
    assert not aed.press_shock(46.0)
    assert "aed.disarmed" in {name for _, name in aed.facts}


def test_it_says_one_sentence_at_a_time() -> None:
    aed = trainer()
    play(aed, 1, 10)
    assert said(aed) == ["power_on", "call_help", "bare_chest"]
    gaps = [later.t_s - earlier.t_s for earlier, later in zip(aed.cues, aed.cues[1:], strict=False)]
    assert min(gaps) >= min(float(sentence["seconds"]) for sentence in voice().values())

"""What is remembered, when it fades, and what to practise next."""

from datetime import UTC, datetime, timedelta

from courses.scenarios.advice.memory import Kept, Shown, remembered
from courses.scenarios.advice.next_step import Candidate, next_step, ready_for
from courses.scenarios.advice.skills import credit_by_skill, skill_name, weights_by_skill
from courses.scenarios.games.standings import Try, standings
from courses.scenarios.games.story import chapters
from courses.scenarios.language.load import shipped
from courses.scenarios.language.model import LANGUAGES

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def kept(*shown: tuple[float, float], hints: bool = False, now: datetime = NOW) -> Kept:
    """The AED skill after runs of (days ago, credit)."""
    history = [Shown("aed", NOW - timedelta(days=days), credit, with_hints=hints) for days, credit in shown]
    return remembered(history, now)["aed"]


def test_every_skill_of_the_shipped_scenarios_has_a_name() -> None:
    for definition in shipped().values():
        for skill in weights_by_skill(definition.raw):
            assert all(skill_name(skill)[language] != skill for language in LANGUAGES), skill


def test_what_is_shown_well_fades_later_than_what_is_shown_badly() -> None:
    ladder = [kept((7, credit)) for credit in (0.3, 0.6, 0.8, 1.0)]
    assert [one.stability_days for one in ladder] == sorted({one.stability_days for one in ladder})
    # Dates are whole days, so the two shortest may fall on the same one.
    assert [one.fades_at for one in ladder] == sorted(one.fades_at for one in ladder)
    assert ladder[0].fades_at < ladder[-1].fades_at


def test_a_skill_fades_with_time_and_comes_back_with_practice() -> None:
    fresh, month = kept((0, 1.0)), kept((0, 1.0), now=NOW + timedelta(days=30))
    assert fresh.is_kept and not month.is_kept
    assert month.retained < fresh.retained
    again = kept((40, 1.0), (30, 1.0), (0, 1.0))
    assert again.stability_days > 3 * fresh.stability_days


def test_a_guided_run_keeps_a_skill_shorter_than_one_without_hints() -> None:
    assert kept((1, 1.0), hints=True).fades_at < kept((1, 1.0)).fades_at
    assert kept((1, 1.0), hints=True).streak == 0


def test_a_row_grows_by_showing_it_again_after_a_day_and_not_by_many_runs_in_one() -> None:
    assert kept((0.3, 1.0), (0.2, 1.0), (0.1, 1.0)).streak == 1
    assert kept((30, 1.0), (12, 1.0), (0, 1.0)).streak == 3
    # Staying away breaks nothing; only showing that it is gone does.
    assert kept((400, 1.0), (0, 1.0)).streak == 2
    assert kept((30, 1.0), (12, 1.0), (1, 0.2)).streak == 0


def test_the_same_history_in_any_order_gives_the_same() -> None:
    assert kept((3, 0.5), (9, 1.0), (1, 0.8)) == kept((1, 0.8), (3, 0.5), (9, 1.0))


def test_credit_of_a_skill_leaves_out_what_did_not_apply() -> None:
    document = shipped()["adult-metro-aed"].raw
    assert credit_by_skill(document, {"power": 1.0, "pads": 0.0}) == {"aed": 4 / 12}


def candidates(**results: list[tuple[str, bool]]) -> list[Candidate]:
    return [Candidate(key, d.raw, results.get(key.replace("-", "_"), ())) for key, d in shipped().items()]


def test_the_next_exercise_trains_the_weakest_skill_in_the_mode_one_is_ready_for() -> None:
    everything = {skill for d in shipped().values() for skill in weights_by_skill(d.raw)}
    history = [Shown(skill, NOW, 0.1 if skill == "bleeding" else 1.0) for skill in everything]
    step = next_step(candidates(limb_bleeding=[("guided", True)]), remembered(history, NOW))
    assert step is not None
    assert (step.key, step.mode, step.skill) == ("limb-bleeding", "practice", "bleeding")


def test_who_never_played_is_advised_a_guided_run() -> None:
    step = next_step(candidates(), {})
    assert step is not None and step.mode == "guided" and step.kept is None


def test_the_scenario_just_played_is_not_the_next_one() -> None:
    history = [Shown("choking", NOW, 0.1), Shown("call", NOW, 0.4), Shown("recognise", NOW, 0.4)]
    first = next_step(candidates(), remembered(history, NOW))
    assert first is not None
    other = next_step(candidates(), remembered(history, NOW), last_played=first.key)
    assert other is not None and other.key != first.key


def test_modes_get_harder_when_passed_and_never_skip_to_what_is_not_offered() -> None:
    assert ready_for([], ("guided", "practice", "exam")) == "guided"
    assert ready_for([("guided", True), ("practice", False)], ("guided", "practice", "exam")) == "practice"
    assert ready_for([("exam", True)], ("guided", "practice", "exam")) == "exam"
    assert ready_for([("guided", True)], ("guided", "exam")) == "exam"


def test_departments_stand_by_the_share_of_people_who_can_do_it_now() -> None:
    def one(person: int, days: float, passed: bool) -> Try:
        return Try(person, NOW + timedelta(days=days), passed)

    tries = [one(1, 0, True), one(1, 1, False), one(2, 0, True), *(one(4, i, True) for i in range(50)), one(5, 0, True)]
    rows = standings({"big": [1, 2, 3], "eager": [4, 6, 7, 8], "even": [5, 2, 9], "tiny": [1, 2]}, tries)
    assert [(r.cohort, r.able, r.rank) for r in rows] == [
        ("even", 2, 1),
        ("big", 1, 2),
        ("eager", 1, 3),
        ("tiny", 1, None),
    ]
    assert rows[-1].share is None


def test_every_shipped_scenario_has_its_chapter_in_both_languages() -> None:
    told = chapters(shipped())
    assert {chapter.scenario for chapter in told} == set(shipped())
    for chapter in told:
        assert all(chapter.title[la] and chapter.before[la] and chapter.after[la] for la in LANGUAGES)
    assert [c.scenario for c in chapters({"choking-adult"})] == ["choking-adult"]

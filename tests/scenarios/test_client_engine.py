"""The browser's engine plays every run as the server's does: state by state, line by line, mark by mark."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courses.scenarios.compile import compile_shipped
from courses.scenarios.engine.events import event_from
from courses.scenarios.engine.log import RunLog
from courses.scenarios.engine.run import Run
from courses.scenarios.engine.script import read_script
from courses.scenarios.engine.view import entries, view
from courses.scenarios.language.load import shipped
from courses.scenarios.scoring.score import score
from tests.scenarios.node import NodeDriver
from tests.scenarios.runs import SCENARIOS, script_file

ACTORS = ("anna", "ben", "🙂", "ﬀ")


class ClientEngine(NodeDriver):
    """Plays what it is given."""

    def __init__(self) -> None:
        super().__init__("client_engine.mjs")
        self._known: set[str] = set()

    def play(self, scenario: str, options: dict[str, Any], arriving: list[dict], looks: list[float]) -> Any:
        table = compile_shipped(scenario)
        if scenario not in self._known:
            self._known.add(scenario)
            self.ask({"define": table})
        return self.ask({"table": table["hash"], "options": options, "arriving": arriving, "looks": looks})


@pytest.fixture(scope="module")
def client() -> Iterator[ClientEngine]:
    engine = ClientEngine()
    yield engine
    engine.close()


def on_the_server(
    scenario: str, options: dict[str, Any], arriving: list[dict], looks: list[float]
) -> tuple[dict[str, Any], Run]:
    given = {"mode": options["mode"], "profile": options["profile"], "seed": options["seed"], "roles": options["roles"]}
    log = RunLog(shipped()[scenario], **given)
    receipts = [log.receive(event_from(said)).value for said in arriving]
    waiting = list(log.events)
    run = RunLog(shipped()[scenario], **given).run
    states = []
    for t_s in looks:
        while waiting and waiting[0].t_s <= t_s:
            run.feed(waiting.pop(0))
        run.advance(t_s)
        states.append(view(run))
    log.run.finish()
    return {"receipts": receipts, "states": states, "entries": entries(log.run)}, log.run


def assert_same(client: ClientEngine, scenario: str, options: dict[str, Any], arriving: list[dict]) -> None:
    last = max((said["t"] for said in arriving), default=0.0)
    duration = shipped()[scenario].duration_s
    looks = sorted(
        {*range(0, int(duration) + 1, 10), *(said["t"] for said in arriving[::5]), min(last, duration) + 0.1}
    )
    theirs = client.play(scenario, options, arriving, looks)
    ours, run = on_the_server(scenario, options, arriving, looks)
    assert theirs["receipts"] == ours["receipts"]
    for at, (state, expected) in enumerate(zip(theirs["states"], ours["states"], strict=True)):
        assert state == expected, f"at {looks[at]} s"
    assert theirs["entries"] == ours["entries"]
    marked = score(run)
    assert theirs["total"] == pytest.approx(marked.total, abs=1e-9)
    assert (theirs["passed"], [tuple(cap) for cap in theirs["caps"]]) == (marked.passed, list(marked.caps))
    for (name, credit, points, reason), m in zip(theirs["objectives"], marked.objectives, strict=True):
        assert (name, reason) == (m.objective.id, m.reason.text("en"))
        assert (credit, points) == (pytest.approx(m.credit, abs=1e-9), pytest.approx(m.points, abs=1e-9))
    assert theirs["hands"] == pytest.approx([marked.hands.ccf, marked.hands.longest_s], abs=1e-9)


def said_by(scenario: str, who: str) -> tuple[dict[str, Any], list[dict]]:
    script = read_script(script_file(scenario, who))
    options = {
        "mode": script.mode or "exam",
        "profile": script.profile or "cn",
        "seed": 1,
        "roles": dict(script.roles),
    }
    arriving = [{"seq": e.seq, "t": e.t_s, "actor": e.actor, "kind": e.kind, **e.data} for e in script.events]
    return options, arriving


@pytest.mark.parametrize("who", ["expert", "beginner"])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_scripted_runs_are_the_same_on_both_sides(client: ClientEngine, scenario: str, who: str) -> None:
    assert_same(client, scenario, *said_by(scenario, who))


def test_late_and_repeated_events_are_the_same_on_both_sides(client: ClientEngine) -> None:
    options, arriving = said_by("choking-adult", "expert")
    shuffled = [*arriving[::2], *arriving[1::2], *arriving[::3], {**arriving[0], "t": arriving[0]["t"] + 1}]
    assert_same(client, "choking-adult", options, shuffled)


def doings(scenario: str) -> st.SearchStrategy[dict[str, Any]]:
    d = shipped()[scenario]
    times = st.integers(0, int(d.duration_s * 1000) + 2000).map(lambda ms: ms / 1000)
    base = {"t": times, "actor": st.sampled_from(ACTORS)}
    place = st.floats(-0.2, 0.2).map(lambda m: round(m, 3))
    effects = st.one_of(
        st.sampled_from(["sinus", "vf_coarse", "vf_fine", "pea", "asystole"]).map(lambda v: {"rhythm": v}),
        st.sampled_from(["clear", "partial", "blocked"]).map(lambda v: {"airway": v}),
        st.booleans().map(lambda v: {"conscious": v}),
        st.floats(0, 5000).map(lambda v: {"bleeding_ml_min": v}),
        st.floats(0, 100).map(lambda v: {"oxygen": v}),
        st.sampled_from([*d.prompts, "nothing"]).map(lambda v: {"prompt": v}),
    )
    one = st.fixed_dictionaries
    return st.one_of(
        one({**base, "kind": st.just("action"), "action": st.sampled_from([*sorted(d.actions), "no_such"])}),
        one({**base, "kind": st.just("action"), "action": st.sampled_from(sorted(d.actions))}),
        one({**base, "kind": st.just("aed"), "do": st.sampled_from(["power", "touch", "clear", "shock"])}),
        one(
            {
                **base,
                "kind": st.just("aed"),
                "do": st.just("pad"),
                "pad": st.sampled_from(["right", "left"]),
                "x_m": st.one_of(place, st.just(-0.08), st.just(0.16)),
                "y_m": st.one_of(place, st.just(0.09), st.just(-0.08)),
                "back": st.booleans(),
            }
        ),
        one({**base, "kind": st.just("tracking"), "lost": st.booleans()}),
        one({**base, "kind": st.just("role"), "role": st.sampled_from([*d.roles, "nobody"])}),
        one({**base, "kind": st.just("direct"), "do": st.just("effect"), "effect": effects}),
        one({**base, "kind": st.just("direct"), "do": st.just("state"), "to": st.sampled_from(sorted(d.states))}),
        one(
            {
                **base,
                "kind": st.just("press"),
                "count": st.integers(1, 60),
                "every": st.sampled_from([0.15, 0.5, 0.545, 0.7, 1.6]),
                "depth_mm": st.one_of(st.none(), st.integers(-5, 1300).map(lambda tenths: tenths / 10)),
                "recoil": st.sampled_from([True, False, None]),
                "source": st.sampled_from(["controller", "hand", "phone", "sensor"]),
            }
        ),
    )


def spelled_out(drawn: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Bursts as single compressions, and a number for everything."""
    plain: list[dict[str, Any]] = []
    for doing in drawn:
        if doing["kind"] != "press":
            plain.append(doing)
            continue
        rest = {key: value for key, value in doing.items() if key not in {"count", "every"}}
        plain += [
            {**rest, "kind": "compression", "t": round(doing["t"] + i * doing["every"], 3)}
            for i in range(doing["count"])
        ]
    return [{**doing, "seq": number} for number, doing in enumerate(plain)]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_done_both_sides_see_the_same(client: ClientEngine, data: st.DataObject) -> None:
    scenario = data.draw(st.sampled_from(SCENARIOS))
    definition = shipped()[scenario]
    options = {
        "mode": data.draw(st.sampled_from(sorted(definition.modes))),
        "profile": data.draw(st.sampled_from(definition.profiles)),
        "seed": data.draw(st.integers(0, 2**31)),
        "roles": dict(zip(ACTORS, definition.roles, strict=False)) if data.draw(st.booleans()) else {},
    }
    assert_same(client, scenario, options, spelled_out(data.draw(st.lists(doings(scenario), max_size=25))))

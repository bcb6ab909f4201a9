"""The patient second by second: the run is played again, and looked at once a second."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from courses.scenarios.engine.events import Event
from courses.scenarios.engine.run import Run
from courses.scenarios.language.model import Definition

EVERY_S = 1.0


@dataclass(frozen=True)
class Vital:
    """t_s: seconds of the run. perfusion 0..1 of normal, oxygen in percent, survival 0..1, blood_loss in ml."""

    t_s: float
    perfusion: float
    oxygen: float
    survival: float
    pulse: bool
    breathing: str
    blood_loss_ml: float


def trace(
    definition: Definition,
    events: Iterable[Event],
    *,
    mode: str,
    profile: str,
    seed: int,
    roles: Mapping[str, str] | None = None,
    stopped: tuple[float, str] | None = None,
) -> tuple[Run, tuple[Vital, ...]]:
    """The run of a whole log and its vital signs. stopped: (t_s, outcome) where it did not play to its end.

    The same run as engine.log.replay() gives: looking does not change it. Raises NotOffered.
    """
    run = Run(definition, mode, profile, seed, roles or {})
    vitals = [_look(run)]
    for event in sorted(events, key=lambda e: e.order):
        _advance(run, event.t_s, vitals)
        run.feed(event)
    if stopped is None:
        _advance(run, definition.duration_s, vitals)
        run.finish()
    else:
        _advance(run, max(stopped[0], run.t_s), vitals)
        run.stop(max(stopped[0], run.t_s), stopped[1])
    if vitals[-1].t_s < run.t_s:
        vitals.append(_look(run))
    return run, tuple(vitals)


def _advance(run: Run, until_s: float, vitals: list[Vital]) -> None:
    while not run.ended and vitals[-1].t_s + EVERY_S <= until_s:
        at = vitals[-1].t_s + EVERY_S
        run.advance(at)
        vitals.append(_look(run, at))


def _look(run: Run, at: float | None = None) -> Vital:
    p = run.patient
    t_s = run.t_s if at is None or run.ended else at
    return Vital(t_s, p.perfusion, p.oxygen, p.survival, p.pulse, p.breathing, p.blood_loss_ml)

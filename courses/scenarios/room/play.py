"""A run in progress as its room shows it: plays the log, finds what changed, writes snapshots and deltas.

Knows no network and no database: whoever owns the clock tells it the time and the events.
"""

from collections.abc import Iterable
from typing import Any

from courses.scenarios.engine.events import Event
from courses.scenarios.engine.log import RunLog
from courses.scenarios.engine.run import Entry
from courses.scenarios.engine.view import entry_json, view
from courses.scenarios.scoring.score import score

# Marking a run costs more than looking at it, and nobody reads progress faster.
OBJECTIVES_EVERY_S = 1.0


class Play:
    """`rev` marks this playing; `n` counts what was sent of it."""

    def __init__(self, log: RunLog, rev: int, phase: str) -> None:
        self.log, self.rev, self.phase = log, rev, phase
        self.n = 0
        self._shown: dict[str, Any] = {}
        self._entries: list[Entry] = []
        self._objectives: dict[str, float] = {}
        self._objectives_at = -OBJECTIVES_EVERY_S

    @property
    def t_s(self) -> float:
        return self.log.run.t_s

    @property
    def ended(self) -> bool:
        return self.log.run.ended

    def receive(self, events: Iterable[Event]) -> None:
        self.log.receive_all(events)

    def advance(self, t_s: float) -> None:
        self.log.advance(t_s)

    def snapshot(self) -> dict[str, Any]:
        """Everything, as the deltas so far have shown it: for somebody who comes to it now."""
        if not self._shown:
            self._look()
        entries = [entry_json(entry) for entry in self._entries]
        return {**self._head("snapshot"), "state": self._shown, "entries": entries}

    def delta(self) -> dict[str, Any] | None:
        """What changed since the last delta; None when nothing but the clock did."""
        before, entries = self._shown, self._entries
        self._look()
        changed = {name: section for name, section in self._shown.items() if before.get(name) != section}
        same = _common(entries, self._entries)
        if not (set(changed) - {"clock"}) and same == len(entries) == len(self._entries):
            return None
        return self._delta(changed, same)

    def beat(self) -> dict[str, Any]:
        """A delta of the clock alone, so that everybody knows that time goes on."""
        return self._delta({"clock": self._shown["clock"]} if "clock" in self._shown else {}, len(self._entries))

    def _delta(self, changed: dict[str, Any], start: int) -> dict[str, Any]:
        self.n += 1
        new = [entry_json(entry) for entry in self._entries[start:]]
        return {**self._head("delta"), "set": changed, "from": start, "entries": new}

    def _head(self, kind: str) -> dict[str, Any]:
        return {"type": kind, "rev": self.rev, "n": self.n, "phase": self.phase, "t": round(self.t_s, 4)}

    def _look(self) -> None:
        run = self.log.run
        self._shown = view(run)
        self._entries = [*run.timeline]
        if run.mode == "exam":
            return
        if abs(run.t_s - self._objectives_at) >= OBJECTIVES_EVERY_S or run.ended:
            self._objectives_at = run.t_s
            self._objectives = {m.objective.id: round(m.credit, 4) for m in score(run).objectives}
        self._shown["objectives"] = self._objectives


def _common(before: list[Entry], now: list[Entry]) -> int:
    """How many entries at the beginning are the same."""
    shorter = min(len(before), len(now))
    if before[:shorter] == now[:shorter]:
        return shorter
    return next(i for i in range(shorter) if before[i] != now[i])

"""Events as they arrive: late, twice, in any order. The run is always the one that the ordered log gives."""

import bisect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from courses.scenarios.engine.events import Event
from courses.scenarios.engine.run import Run
from courses.scenarios.language.model import Definition


class Receipt(StrEnum):
    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"


def replay(
    definition: Definition,
    events: Iterable[Event],
    *,
    mode: str,
    profile: str,
    seed: int,
    roles: Mapping[str, str] | None = None,
) -> Run:
    """The run of a whole log, played to its end. Raises NotOffered."""
    log = RunLog(definition, mode, profile, seed, roles or {})
    log.receive_all(events)
    log.run.finish()
    return log.run


@dataclass
class RunLog:
    """A run in progress. An event that comes later than others of a later time makes the run be played anew."""

    definition: Definition
    mode: str
    profile: str
    seed: int
    roles: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.events: list[Event] = []
        self._known: dict[tuple[str, int], Event] = {}
        self.run = self._fresh()

    def receive(self, event: Event) -> Receipt:
        """Take one event. The same number with other contents is a conflict: the first one stays."""
        receipt = self._file(event)
        if receipt is Receipt.ACCEPTED:
            if self.events[-1] is event and event.t_s >= self.run.t_s:
                self.run.feed(event)
            else:
                self._rebuild(self.run.t_s)
        return receipt

    def receive_all(self, events: Iterable[Event]) -> list[Receipt]:
        """Take many at once, as after a lost connection, and play them once."""
        now = self.run.t_s
        receipts = [self._file(event) for event in events]
        self._rebuild(now)
        return receipts

    def advance(self, t_s: float) -> None:
        """The server's time goes on."""
        self.run.advance(t_s)

    def _file(self, event: Event) -> Receipt:
        known = self._known.get((event.actor, event.seq))
        if known is not None:
            return Receipt.DUPLICATE if known == event else Receipt.CONFLICT
        self._known[(event.actor, event.seq)] = event
        bisect.insort(self.events, event, key=lambda filed: filed.order)
        return Receipt.ACCEPTED

    def _rebuild(self, until_s: float) -> None:
        self.run = self._fresh()
        for event in self.events:
            self.run.feed(event)
        self.run.advance(until_s)

    def _fresh(self) -> Run:
        return Run(self.definition, self.mode, self.profile, self.seed, self.roles)

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


# How often a run in progress is remembered, and for how long: networks are late by less than that, so that a late
# event makes only the last moments be played anew.
REMEMBER_EVERY_S = 1.0
REMEMBER_FOR_S = 20.0


@dataclass(frozen=True)
class Remembered:
    """The run as it stood at t_s, when the first `fed` events had been fed."""

    t_s: float
    fed: int
    run: Run


@dataclass
class RunLog:
    """A run in progress. An event that comes later than others of a later time makes its last part be played anew."""

    definition: Definition
    mode: str
    profile: str
    seed: int
    roles: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.events: list[Event] = []
        self._known: dict[tuple[str, int], Event] = {}
        self._remembered: list[Remembered] = []
        self.run = self._fresh()

    def receive(self, event: Event) -> Receipt:
        """Take one event. The same number with other contents is a conflict: the first one stays."""
        return self.receive_all([event])[0]

    def receive_all(self, events: Iterable[Event]) -> list[Receipt]:
        """Take many at once, as after a lost connection, and play them once."""
        receipts, earliest = [], len(self.events)
        for event in events:
            place = self._place(event)
            receipts.append(Receipt.ACCEPTED if place is not None else self._known_as(event))
            earliest = earliest if place is None else min(earliest, place)
        following = self.events[earliest:]
        if following:
            all_new = len(following) == receipts.count(Receipt.ACCEPTED)
            if all_new and following[0].t_s >= self.run.t_s:
                self._feed_from(earliest)
            else:
                self._play_anew(earliest, self.run.t_s)
        return receipts

    def advance(self, t_s: float) -> None:
        """The server's time goes on."""
        self.run.advance(t_s)
        last = self._remembered[-1].t_s if self._remembered else 0.0
        if not self.run.ended and self.run.t_s - last >= REMEMBER_EVERY_S:
            forgotten = self.run.t_s - REMEMBER_FOR_S
            self._remembered = [r for r in self._remembered if r.t_s >= forgotten]
            self._remembered.append(Remembered(self.run.t_s, len(self.events), self.run.fork()))

    def _place(self, event: Event) -> int | None:
        """Files a new event and says where; None for one whose number is known."""
        if (event.actor, event.seq) in self._known:
            return None
        self._known[(event.actor, event.seq)] = event
        place = bisect.bisect_right(self.events, event.order, key=lambda filed: filed.order)
        self.events.insert(place, event)
        return place

    def _known_as(self, event: Event) -> Receipt:
        return Receipt.DUPLICATE if self._known[(event.actor, event.seq)] == event else Receipt.CONFLICT

    def _play_anew(self, earliest: int, until_s: float) -> None:
        """From the last moment before the earliest new event."""
        first = self.events[earliest].t_s
        self._remembered = [r for r in self._remembered if r.fed <= earliest and r.t_s <= first]
        start = self._remembered[-1] if self._remembered else Remembered(0.0, 0, self._fresh())
        self.run = start.run.fork()
        self._feed_from(start.fed)
        self.run.advance(until_s)

    def _feed_from(self, place: int) -> None:
        for event in self.events[place:]:
            self.run.feed(event)

    def _fresh(self) -> Run:
        return Run(self.definition, self.mode, self.profile, self.seed, self.roles)

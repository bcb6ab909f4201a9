"""The log of a run: events come in, each counts once."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from courses.scenarios.engine.events import BadEvent, Event, event_from
from courses.scenarios.models import Participant, ParticipantKind, Phase, Run, RunEvent
from courses.scenarios.room import groups
from courses.scenarios.services.replays import event_of
from courses.scenarios.services.scores import score_again

# A client's clock is never further ahead of ours than this.
AHEAD_S = 2.0
# After its end a run still takes what was done before it, from a connection that was lost.
LATE_LOG = timedelta(minutes=10)
MOST_EVENTS = 20_000
MOST_AT_ONCE = 200

Receipt = dict[str, Any]


def file_events(place_id: int, said: Iterable[Any]) -> tuple[list[Receipt], list[Event]]:
    """File what a participant's client says was done. Returns a receipt for each, and the events that are new.

    A receipt is {"seq", "receipt": accepted | duplicate | conflict | refused, "code", "detail"} (the last two of
    refusals). One transaction: with the receipts in hand the client may forget the events.
    """
    with transaction.atomic():
        place = Participant.objects.select_related("run__version").get(pk=place_id)
        run = Run.objects.select_for_update(of=("self",)).select_related("version").get(pk=place.run_id)
        return _file(place, run, list(said)[:MOST_AT_ONCE], timezone.now())


def _file(place: Participant, run: Run, said: list[Any], now: datetime) -> tuple[list[Receipt], list[Event]]:
    possible_s = possible_clock(run, now)
    known = {event.seq: event for event in place.events.filter(seq__in=_numbers(said))}
    room_left = MOST_EVENTS - run.events.count()
    receipts: list[Receipt] = []
    new: dict[int, Event] = {}
    for one in said:
        try:
            event = event_from({**one, "actor": place.actor} if isinstance(one, dict) else one)
        except BadEvent as wrong:
            seq = one.get("seq") if isinstance(one, dict) else None
            receipts.append(_refused(seq, "bad_event", wrong.code))
            continue
        there = event_of(known[event.seq], place.actor) if event.seq in known else new.get(event.seq)
        if there is not None:
            receipts.append({"seq": event.seq, "receipt": "duplicate" if there == event else "conflict"})
            continue
        code = _why_not(place, run, event, possible_s, now) or ("too_many" if len(new) >= room_left else "")
        if code:
            receipts.append(_refused(event.seq, code))
            continue
        new[event.seq] = event
        receipts.append({"seq": event.seq, "receipt": "accepted"})
    if new:
        _keep(place, run, list(new.values()), now)
    return receipts, list(new.values())


def _numbers(said: list[Any]) -> list[int]:
    seqs = [one.get("seq") for one in said if isinstance(one, dict)]
    return [seq for seq in seqs if isinstance(seq, int) and not isinstance(seq, bool) and 0 <= seq < 2**31]


def _refused(seq: Any, code: str, detail: str = "") -> Receipt:
    receipt = {"seq": seq if isinstance(seq, int) else None, "receipt": "refused", "code": code}
    return {**receipt, "detail": detail} if detail else receipt


def _why_not(place: Participant, run: Run, event: Event, possible_s: float, now: datetime) -> str:
    if place.kind == ParticipantKind.OBSERVER:
        return "observer"
    if event.kind == "direct" and place.kind != ParticipantKind.INSTRUCTOR:
        return "instructors_only"
    if event.kind != "direct" and place.kind == ParticipantKind.INSTRUCTOR:
        return "not_in_team"
    if run.phase == Phase.LOBBY:
        return "not_started"
    if event.seq >= 2**31:
        return "bad_event"
    if run.is_over and (run.is_offline or run.ended_at is None or now - run.ended_at > LATE_LOG):
        return "after_end"
    return "ahead_of_clock" if event.t_s > possible_s + AHEAD_S else ""


def possible_clock(run: Run, now: datetime) -> float:
    """The most that a client's clock can show: time since the start, without the time for which a person paused."""
    if run.started_at is None:
        return 0.0
    until = run.ended_at or now
    paused = 0.0
    for hold in run.holds:
        if hold["why"] == "paused":
            to = datetime.fromisoformat(hold["to"]) if hold["to"] else until
            paused += (to - datetime.fromisoformat(hold["from"])).total_seconds()
    return max(run.clock_s, (until - run.started_at).total_seconds() - paused)


def _keep(place: Participant, run: Run, events: list[Event], now: datetime) -> None:
    received_s = run.clock_at(now)
    RunEvent.objects.bulk_create(
        RunEvent(
            run=run,
            participant=place,
            seq=event.seq,
            t_s=event.t_s,
            kind=event.kind,
            data=dict(event.data),
            received_s=received_s,
        )
        for event in events
    )
    for event in events:
        if event.kind == "role":
            _change_role(place, run, event.data["role"])
    if run.is_over:
        score_again(run)
        return
    latest = max(event.t_s for event in events)
    run.last_seen_at = now
    if latest > received_s and run.phase != Phase.PAUSED:
        # The client went on while the clock was held; it moves on to where the client is.
        run.clock_s = latest
        run.clock_since = now if run.clock_since else None
        groups.announce(groups.clock(run.pk), {"type": "clock.phase"})
    run.save(update_fields=["clock_s", "clock_since", "last_seen_at"])


def _change_role(place: Participant, run: Run, role: str) -> None:
    """As the engine does: who had the role gets the other's old one."""
    roles = [known["id"] for known in run.version.document.get("roles", ())]
    if roles and role not in roles:
        return
    mine = Participant.objects.get(pk=place.pk).role
    run.participants.filter(kind=ParticipantKind.TEAM, role=role).exclude(pk=place.pk).update(role=mine)
    run.participants.filter(pk=place.pk).update(role=role)
    groups.announce(groups.clock(run.pk), {"type": "clock.team"})

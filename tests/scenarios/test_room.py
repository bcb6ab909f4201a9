"""What people in a run see over their connection: state, receipts, each other, poses, and what is refused."""

import struct
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from channels.db import database_sync_to_async
from django.conf import settings
from django.utils import timezone

from courses.people.models import Role
from courses.scenarios.engine.log import replay
from courses.scenarios.engine.script import read_script
from courses.scenarios.models import Phase, Run, RunEvent
from courses.scenarios.room import keeper as keepers
from courses.scenarios.room import owner, shared
from courses.scenarios.room.poses import MOST_UNSEEN, PoseSender
from courses.scenarios.scoring.score import report
from courses.scenarios.services.logs import file_events
from tests.scenarios.rooms import Client, begun, eventually, joined, made, person, settle, valkey, visitor
from tests.scenarios.runs import script_file

pytestmark = pytest.mark.django_db(transaction=True)

in_thread = database_sync_to_async


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with valkey(tmp_path_factory.mktemp("valkey")) as url:
        yield url


@pytest.fixture(autouse=True)
async def rooms(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """The rooms of a test close with it."""
    monkeypatch.setattr(settings, "REDIS_URL", redis_url)
    yield
    await keepers.keeper().close()


def resident() -> Any:
    return visitor(session="a-browser")


async def test_a_resident_without_account_plays_a_public_scenario_and_sees_the_state() -> None:
    place = await in_thread(made)(resident())
    async with Client(resident(), place.run) as client:
        await client.say(type="hello", have=None)
        welcome = await client.of("welcome")
        assert welcome["card"]["you"] == {
            "actor": "p1",
            "slot": 1,
            "role": "",
            "name": "",
            "kind": "team",
            "next_seq": 0,
        }
        lobby = await client.of("snapshot")
        assert lobby["phase"] == "lobby" and lobby["t"] == 0 and lobby["state"]["patient"]["airway"] == "partial"
        await client.say(type="start")
        started = await client.until(lambda m: m.get("phase") == "running")
        assert started["rev"] >= 1
        later = await client.until(lambda m: m["type"] == "delta" and m["t"] > 1.0)
        assert later["set"]["clock"]["t"] == later["t"]


def action(seq: int, t: float, name: str) -> dict[str, Any]:
    return {"seq": seq, "t": t, "kind": "action", "action": name}


async def playing(client: Client) -> dict[str, Any]:
    """Says hello and waits for the state of a run that goes on."""
    await client.say(type="hello", have=None)
    return await client.of("snapshot")


async def test_what_is_done_is_receipted_and_seen_by_everybody() -> None:
    leader, helper = visitor(await in_thread(person)("leader")), visitor(await in_thread(person)("helper"))
    place = await in_thread(begun)(leader, is_team=True)
    await in_thread(joined)(helper, place.run)
    async with Client(leader, place.run) as one, Client(helper, place.run) as other:
        await playing(one)
        await playing(other)
        await one.say(type="events", events=[action(0, 0.1, "encourage_cough")])
        receipts = await one.of("receipts")
        assert receipts["receipts"] == [{"seq": 0, "receipt": "accepted"}] and receipts["next_seq"] == 1
        for client in (one, other):
            told = await client.until(
                lambda m: any(e["what"] == "encourage_cough" for e in m.get("entries", [])) and m["type"] == "delta"
            )
            assert [e["actor"] for e in told["entries"] if e["what"] == "encourage_cough"] == ["p1"]


async def test_after_a_lost_connection_the_same_events_again_count_once_and_the_state_is_there() -> None:
    who = resident()
    place = await in_thread(begun)(who)
    done = [action(0, 0.1, "encourage_cough"), action(1, 0.2, "call_emergency")]
    async with Client(who, place.run) as before:
        await playing(before)
        await before.say(type="events", events=done[:1])
        await before.of("receipts")
    async with Client(who, place.run) as after:
        await after.say(type="hello", have={"rev": 1, "n": 3})
        assert (await after.of("welcome"))["card"]["you"]["next_seq"] == 1
        # Filed comes before played: the room's owner hears of an event over the channel layer.
        seen = await after.of("snapshot")
        if not any(e["kind"] == "action" for e in seen["entries"]):
            seen = await after.until(lambda m: any(e["kind"] == "action" for e in m.get("entries", [])))
        assert [e["what"] for e in seen["entries"] if e["kind"] == "action"] == ["encourage_cough"]
        changed = {**done[0], "action": "leave"}
        await after.say(type="events", events=[*done, changed, action(7, -1.0, "leave"), action(8, 9_000.0, "leave")])
        receipts = (await after.of("receipts"))["receipts"]
    assert receipts == [
        {"seq": 0, "receipt": "duplicate"},
        {"seq": 1, "receipt": "accepted"},
        {"seq": 0, "receipt": "conflict"},
        {"seq": 7, "receipt": "refused", "code": "bad_event", "detail": "time"},
        {"seq": 8, "receipt": "refused", "code": "ahead_of_clock"},
    ]
    assert await RunEvent.objects.filter(run=place.run).acount() == 2


async def test_an_event_that_comes_late_changes_the_past_for_everybody() -> None:
    who = resident()
    place = await in_thread(begun)(who)
    async with Client(who, place.run) as client:
        await playing(client)
        await client.until(lambda m: m["type"] == "delta" and m["t"] > 2.0)
        await client.say(type="events", events=[action(0, 1.5, "call_emergency")])
        late = await client.until(lambda m: any(e["what"] == "call_emergency" for e in m.get("entries", [])))
        assert next(e["t_s"] for e in late["entries"] if e["what"] == "call_emergency") == 1.5
        await client.say(type="events", events=[action(1, 1.0, "encourage_cough")])
        later = await client.until(lambda m: any(e["what"] == "encourage_cough" for e in m.get("entries", [])))
    names = [e["what"] for e in later["entries"]]
    assert later["from"] <= late["from"] and names.index("encourage_cough") < names.index("call_emergency")


async def test_impossible_motion_is_named_in_the_time_line_and_moves_no_blood() -> None:
    who = resident()
    place = await in_thread(begun)(who, scenario="adult-home-phone")
    press = {"kind": "compression", "recoil": True, "source": "controller"}
    async with Client(who, place.run) as client:
        await playing(client)
        events = [{**press, "seq": 0, "t": 0.1, "depth_mm": 400.0}, {**press, "seq": 1, "t": 0.2, "depth_mm": 54.0}]
        events += [{**press, "seq": 2, "t": 0.3, "depth_mm": 54.0}]
        await client.say(type="events", events=events)
        told = await client.until(lambda m: m["type"] == "delta" and len(m["entries"]) >= 2)
        refused = [e for e in told["entries"] if e["kind"] == "refused"]
        assert [e["detail"] for e in refused] == ["impossible_motion", "impossible_motion"]
        assert told["set"]["hands"]["count"] == 1


async def test_an_instructor_watches_changes_vital_signs_and_talks_and_others_may_not() -> None:
    teacher = visitor(await in_thread(person)("teacher", Role.INSTRUCTOR))
    trainee = visitor(await in_thread(person)("trainee"))
    place = await in_thread(begun)(trainee, scenario="hospital-arrest", is_team=True, role="leader")
    await in_thread(joined)(teacher, place.run, role="instructor")
    stop = {"kind": "direct", "do": "effect", "effect": {"rhythm": "asystole"}}
    async with Client(trainee, place.run) as client, Client(teacher, place.run) as guide:
        await playing(client)
        await playing(guide)
        await client.say(type="events", events=[{**stop, "seq": 0, "t": 0.1}])
        assert (await client.of("receipts"))["receipts"][0]["code"] == "instructors_only"
        await guide.say(type="events", events=[{**stop, "seq": 0, "t": 0.2}])
        changed = await client.until(lambda m: m.get("set", {}).get("patient", {}).get("rhythm") == "asystole")
        assert ("direct", "rhythm", "p2", "asystole") in [
            (e["kind"], e["what"], e["actor"], e["detail"]) for e in changed["entries"]
        ]
        await guide.say(type="watch", actor="p1")
        assert (await client.of("watched"))["by"] == "teacher"
        await guide.say(type="say", text="换人按压", to="p1")
        assert (await client.of("said"))["text"] == "换人按压"
        await guide.say(type="signal", to="p1", data={"sdp": "v=0"})
        assert await client.of("signal") == {"type": "signal", "from": "p2", "data": {"sdp": "v=0"}}
        await guide.say(type="pause")
        assert (await client.until(lambda m: m.get("phase") == "paused"))["phase"] == "paused"
        stands = (await Run.objects.aget(pk=place.run_id)).clock_s
        # A tick that was on its way may still come; then nothing does.
        await client.nothing_of("delta", 0.5)
        assert await client.nothing_of("delta", 1.5)
        await guide.say(type="resume")
        goes_on = await client.until(lambda m: m.get("phase") == "running")
        # The state stands on the last tick before the clock, a quarter of a second at most.
        assert stands - 0.25 <= goes_on["t"] < stands + 1.0


async def test_an_observer_sees_everything_and_does_nothing() -> None:
    trainee, other = visitor(await in_thread(person)("trainee")), visitor(await in_thread(person)("other"))
    place = await in_thread(begun)(trainee, is_team=True)
    await in_thread(joined)(other, place.run, role="observer")
    async with Client(other, place.run) as client:
        await playing(client)
        await client.say(type="events", events=[action(0, 0.1, "leave")])
        assert (await client.of("receipts"))["receipts"][0]["code"] == "observer"
        await client.say(type="end")
        assert (await client.of("error"))["code"] == "instructors_only"


async def test_swapping_roles_swaps_them_in_the_engine_and_in_the_room() -> None:
    first, second = visitor(await in_thread(person)("first")), visitor(await in_thread(person)("second"))
    place = await in_thread(made)(first, scenario="hospital-arrest", is_team=True, role="leader")
    await in_thread(joined)(second, place.run, role="compressor")
    async with Client(first, place.run) as one, Client(second, place.run) as two:
        await playing(one)
        await playing(two)
        await one.say(type="start")
        await one.until(lambda m: m.get("phase") == "running")
        await two.say(type="events", events=[{"seq": 0, "t": 0.1, "kind": "role", "role": "leader"}])
        team = await one.until(
            lambda m: m["type"] == "team" and {p["actor"]: p["role"] for p in m["team"]}["p2"] == "leader"
        )
        assert {p["actor"]: p["role"] for p in team["team"]} == {"p1": "compressor", "p2": "leader"}
        await one.say(type="events", events=[action(0, 0.3, "summary")])
        refused = await one.until(lambda m: any(e["kind"] == "refused" for e in m.get("entries", [])))
        assert [e["detail"] for e in refused["entries"] if e["kind"] == "refused"] == ["other_role"]


async def test_a_stopped_run_is_scored_and_its_score_told() -> None:
    who = resident()
    place = await in_thread(begun)(who)
    async with Client(who, place.run) as client:
        await playing(client)
        await client.say(type="events", events=[action(0, 0.1, "encourage_cough")])
        await client.of("receipts")
        await client.say(type="end")
        ended = await client.of("ended")
    run = await Run.objects.select_related("score").aget(pk=place.run_id)
    assert (run.phase, run.outcome, run.close_reason) == (Phase.ENDED, "stopped", "stopped")
    assert ended["score"] == round(run.score.total, 2) > 0 and ended["why"] == "stopped"


async def test_a_stranger_and_a_run_that_is_not_there_are_told_apart() -> None:
    place = await in_thread(begun)(resident())
    async with Client(visitor(session="another-browser"), place.run) as stranger:
        assert (await stranger.of("error"))["code"] == "not_yours"
        assert await stranger.close_code() == 4403
    async with Client(resident(), Run()) as lost:
        assert (await lost.of("error"))["code"] == "unknown_run"
        assert await lost.close_code() == 4404


async def test_a_second_window_takes_the_place_of_the_first() -> None:
    who = resident()
    place = await in_thread(begun)(who)
    async with Client(who, place.run) as first:
        await playing(first)
        async with Client(who, place.run) as second:
            assert await first.close_code() == 4409
            assert (await playing(second))["phase"] == "running"


async def test_messages_that_are_none_are_named_and_five_close_the_connection() -> None:
    who = resident()
    place = await in_thread(begun)(who)
    async with Client(who, place.run) as client:
        for message in ({"type": "fly"}, {"type": "events", "events": "many"}, {"no": "type"}, {"type": ["hello"]}):
            await client.say(**message)
            assert (await client.of("error"))["code"] == "bad_message"
        await client.send(b"\x01\x00")
        assert await client.close_code() == 4400


async def test_too_many_messages_close_the_connection() -> None:
    who = resident()
    place = await in_thread(begun)(who)
    async with Client(who, place.run) as client:
        for number in range(1000):
            await client.say(type="seen", n=number)
        assert await client.close_code() == 4429


async def test_one_process_has_the_clock_until_it_falls_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared, "LEASE_MS", 400)
    client, run_id = keepers.keeper().client, uuid4()
    leases = [shared.Lease(client, run_id, f"process {n}") for n in range(5)]
    assert sorted([await lease.take() for lease in leases]) == [False] * 4 + [True]
    assert await leases[0].renew() and not await leases[1].renew()
    await leases[1].release()
    assert not await leases[2].take()
    await settle(0.6)
    assert not await leases[0].renew()
    assert await leases[2].take()


# --- the clock ---------------------------------------------------------------------------------


async def test_while_nobody_is_there_the_clock_is_held_and_goes_on_with_the_first_who_is_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(owner, "HOLD_AFTER_S", 1.0)
    who = resident()
    place = await in_thread(begun)(who)
    async with Client(who, place.run) as client:
        await playing(client)
    held = await eventually(lambda: Run.objects.filter(pk=place.run_id, phase=Phase.HELD).first())
    assert [hold["why"] for hold in held.holds] == ["nobody"] and held.clock_since is None
    async with Client(who, place.run) as back:
        await playing(back)
        goes_on = await back.until(lambda m: m.get("phase") == "running" and m["t"] > held.clock_s)
        assert goes_on["t"] < held.clock_s + 30


async def test_an_exam_is_not_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owner, "HOLD_AFTER_S", 0.2)
    who = resident()
    place = await in_thread(begun)(who, mode="exam")
    async with Client(who, place.run) as client:
        await playing(client)
    await settle(3.0)
    assert (await Run.objects.aget(pk=place.run_id)).phase == Phase.RUNNING


async def test_an_event_whose_announcement_was_lost_is_found_in_the_database() -> None:
    who = resident()
    place = await in_thread(begun)(who)
    async with Client(who, place.run) as client:
        await playing(client)
        said = [action(0, 0.1, "call_emergency")]
        await in_thread(file_events)(place.pk, said)
        found = await client.until(lambda m: any(e["what"] == "call_emergency" for e in m.get("entries", [])))
        assert next(e["t_s"] for e in found["entries"] if e["what"] == "call_emergency") == 0.1


async def test_a_run_that_comes_to_its_end_is_scored_once_and_the_room_closes() -> None:
    who = resident()
    place = await in_thread(begun)(who, mode="exam")
    events = list(read_script(script_file("choking-adult", "expert")).events)
    await in_thread(Run.objects.filter(pk=place.run_id).update)(started_at=timezone.now() - timedelta(seconds=500))
    async with Client(who, place.run) as client:
        await playing(client)
        said = [{"seq": e.seq, "t": e.t_s, "kind": e.kind, **e.data} for e in events]
        await client.say(type="events", events=said)
        ended = await client.of("ended")
        await client.say(type="hello", have=None)
        assert (await client.of("ended"))["score"] == ended["score"]
    run = await Run.objects.select_related("score", "version").aget(pk=place.run_id)
    again = await in_thread(replay)(run.version.definition, events, mode="exam", profile="cn", seed=run.seed)
    assert ended["outcome"] == again.outcome == run.outcome and run.close_reason == "finished"
    assert ended["score"] == report(again)["score"] and run.score.revision == 1


async def test_nobody_starts_a_team_but_its_leader() -> None:
    first, second = visitor(await in_thread(person)("first")), visitor(await in_thread(person)("second"))
    place = await in_thread(made)(first, is_team=True)
    await in_thread(joined)(second, place.run)
    async with Client(second, place.run) as client:
        await playing(client)
        await client.say(type="start")
        assert (await client.of("error"))["code"] == "leaders_only"
        await client.say(type="events", events=[action(0, 0.0, "leave")])
        assert (await client.of("receipts"))["receipts"][0]["code"] == "not_started"


# --- poses -------------------------------------------------------------------------------------


def pose(t: float, x: int) -> bytes:
    return struct.pack("<BBHf21h", 1, 1, 0, t, x, 1600, 0, 0, 0, 0, 32767, *([0] * 14))


async def test_poses_reach_the_others_and_not_oneself() -> None:
    one, two = visitor(await in_thread(person)("one")), visitor(await in_thread(person)("two"))
    place = await in_thread(begun)(one, is_team=True)
    await in_thread(joined)(two, place.run)
    async with Client(one, place.run) as sender, Client(two, place.run) as viewer:
        await playing(sender)
        await playing(viewer)
        await sender.send(pose(1.25, 321))
        await viewer.nothing_of("x", 1.0)
        await sender.nothing_of("x", 0.2)
    kind, count, number = struct.unpack_from("<BBH", viewer.frames[0])
    slot, flags, _zero, t, x, y = struct.unpack_from("<BBHfhh", viewer.frames[0], 4)
    assert (kind, count, number, slot, flags, t, x, y) == (2, 1, 1, 1, 1, 1.25, 321, 1600)
    assert len(viewer.frames[0]) == 54 and sender.frames == []


async def test_a_viewer_who_does_not_keep_up_gets_fewer_frames_and_the_newest_pose() -> None:
    sent: list[bytes] = []

    async def send(frame: bytes) -> None:
        sent.append(frame)

    sender = PoseSender(send)
    for step in range(40):
        await sender.put(1, pose(float(step), step))
        await settle(0.051)
    assert len(sent) == MOST_UNSEEN
    await sender.seen(MOST_UNSEEN)
    await settle(0.06)
    assert len(sent) == MOST_UNSEEN + 1
    assert struct.unpack_from("<BBHfh", sent[-1], 4)[4] == 39
    await sender.seen(60_000)
    sender.stop()

"""Six people's poses at 20 a second: simulated on a clock of their own, so that a busy machine changes nothing."""

import asyncio
import random
import selectors
import struct
from collections import defaultdict
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from courses.scenarios.room import poses
from courses.scenarios.room.frames import POSE, POSES_HEAD, RECORD, pose_record

PEOPLE = range(1, 7)
SENT_A_SECOND = 20
SECONDS = 30.0


class SimulatedLoop(asyncio.SelectorEventLoop):
    """Nobody waits: time jumps to the next thing that is to happen."""

    def __init__(self) -> None:
        self.now = 0.0
        loop = self

        class Jump(selectors.DefaultSelector):
            def select(self, timeout: float | None = None) -> Any:
                loop.now += max(0.0, timeout or 0.0)
                return super().select(0)

        super().__init__(Jump())

    def time(self) -> float:
        return self.now


class Arrived(dict[int, float]):
    """Newest pose of each sender that one person has: slot -> when it was made."""

    def __init__(self) -> None:
        super().__init__()
        self.frames = 0
        self.bytes = 0
        self.ages: dict[int, list[float]] = defaultdict(list)


def simulated(body: Callable[[SimulatedLoop], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    loop = SimulatedLoop()
    monkeypatch.setattr(poses, "time", SimpleNamespace(monotonic=loop.time))
    try:
        loop.run_until_complete(body(loop))
    finally:
        loop.close()


async def room(loop: SimulatedLoop, *, delay: Callable[[int], float], sees_after: Callable[[int], float]) -> Any:
    """Everybody sends for a while; what each of them has got. delay: on the way; sees_after: until a frame is drawn."""
    arrived = {slot: Arrived() for slot in PEOPLE}
    senders: dict[int, poses.PoseSender] = {}
    under_way: set[asyncio.Task[None]] = set()

    def start(what: Any) -> None:
        task = loop.create_task(what)
        under_way.add(task)
        task.add_done_callback(under_way.discard)

    def client(slot: int) -> Callable[[bytes], Any]:
        async def receive(frame: bytes) -> None:
            _kind, count, number = POSES_HEAD.unpack_from(frame)
            mine = arrived[slot]
            mine.frames += 1
            mine.bytes += len(frame)
            for i in range(count):
                who, _flags, _zero, made, *_ = RECORD.unpack_from(frame, POSES_HEAD.size + i * RECORD.size)
                assert made > mine.get(who, -1.0), "a pose that is older than the one before"
                mine[who] = made
                mine.ages[who].append(loop.now - made)
            loop.call_later(sees_after(slot), lambda: start(senders[slot].seen(number)))

        return receive

    senders |= {slot: poses.PoseSender(client(slot)) for slot in PEOPLE}

    async def send(slot: int) -> None:
        await asyncio.sleep(slot * 0.007)
        while loop.now < SECONDS:
            # 32 bits hold the time of the run only roughly; what arrives is compared with what was sent.
            (made,) = struct.unpack("<f", struct.pack("<f", loop.now))
            _t, record = pose_record(RECORD.pack(POSE, 1, 0, made, *[0] * 21), slot)
            for other in PEOPLE:
                if other != slot:
                    loop.call_later(delay(slot), deliver, other, slot, record)
            await asyncio.sleep(1 / SENT_A_SECOND)

    def deliver(to: int, slot: int, record: bytes) -> None:
        start(senders[to].put(slot, record))

    await asyncio.gather(*(send(slot) for slot in PEOPLE))
    await asyncio.sleep(0.5)
    for sender in senders.values():
        sender.stop()
    return arrived


def test_everybody_has_everybodys_newest_pose_twenty_times_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(4)

    async def body(loop: SimulatedLoop) -> None:
        arrived = await room(loop, delay=lambda _slot: 0.02, sees_after=lambda _slot: chance.uniform(0.02, 0.12))
        for slot, mine in arrived.items():
            assert set(mine) == set(PEOPLE) - {slot}
            assert 19 <= mine.frames / SECONDS <= 20.5, mine.frames
            # On the way 20 ms, and at most one frame's time until the next one goes out.
            assert max(age for ages in mine.ages.values() for age in ages) <= 0.02 + 0.05 + 0.002
            assert min(len(ages) for ages in mine.ages.values()) >= 19 * SECONDS
            assert mine.bytes / SECONDS < 5200, "bytes a second to one person"

    simulated(body, monkeypatch)


def test_one_who_draws_slowly_gets_fewer_frames_and_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    async def body(loop: SimulatedLoop) -> None:
        # Ten frames may be unseen: who sees each after two seconds gets five a second.
        arrived = await room(loop, delay=lambda _slot: 0.02, sees_after=lambda slot: 2.0 if slot == 6 else 0.05)
        assert 4.5 <= arrived[6].frames / SECONDS <= 6
        assert all(arrived[slot].frames / SECONDS >= 19 for slot in PEOPLE if slot != 6)
        # What waits is not kept: a frame that goes out holds poses of that moment.
        assert max(age for ages in arrived[6].ages.values() for age in ages) <= 0.02 + 0.05 + 0.05 + 0.002

    simulated(body, monkeypatch)

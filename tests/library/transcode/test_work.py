"""Who works on what: leases, attempts, cancelling, trying again, sweeping up. Nothing is encoded here."""

import errno
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from streaming.library import announce, queueing
from streaming.library.errors import MediaError
from streaming.library.models import Master, Segment
from streaming.library.packaging import store
from streaming.library.services import leases, masters, planning, publishing, sweeping, transcoding
from streaming.library.transcode.segment import SegmentResult

Sent = list[tuple[str, str]]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any) -> Iterator[Sent]:
    """The messages that would have gone to workers."""
    messages: Sent = []

    def note(task: str, ids: Any) -> None:
        messages.extend((task, str(identifier)) for identifier in ids)

    monkeypatch.setattr(queueing, "send_on_commit", note)
    yield messages


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announce, "progress", lambda *args, **more: None)


@pytest.fixture
def planned(instructor: Any, storage_dirs: Path, sent: Sent) -> Master:
    """A probed master of 10 s with its plan."""
    return plan(instructor)


def plan(owner: Any) -> Master:
    master = Master(owner=owner, title="Ward 3", original_name="ward.mp4", size=1000)
    master.file.name = f"{master.storage_prefix}source/ward.mp4"
    store.write(master.file.name, b"film")
    master.width, master.height, master.fps_num, master.fps_den = 1920, 960, 30, 1
    master.frames, master.duration = 300, 10.0
    master.projection, master.projection_source = "equirectangular", "shape"
    master.probe = {
        "stream_index": 0,
        "rotation": 0,
        "color": {"primaries": 2, "transfer": 2, "matrix": 2, "range": 0},
        "audio": {"stream_index": 1, "channels": 2, "language": "und"},
    }
    store.write(master.timeline_name, b"index")
    planning.make_plan(master)
    return master


def result(**changes: Any) -> SegmentResult:
    values = {
        "media": b"media",
        "init": b"header",
        "codecs": "avc1.640028",
        "sse": 1e6,
        "wsse": 1e6,
        "cpu_seconds": 1.0,
        "wall_seconds": 1.0,
    }
    return SegmentResult(**{**values, **changes})


@pytest.fixture
def encoder(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """Replace the work on a segment by a function."""
    monkeypatch.setattr(transcoding, "segment_work", lambda segment: segment)

    def use(work: Any) -> None:
        monkeypatch.setattr(transcoding, "make_segment", lambda segment, progress: work(segment, progress))

    use(lambda segment, progress: result())
    return use


def first_segment(master: Master) -> Segment:
    return Segment.objects.filter(rendition__master=master).earliest("index", "rendition__position")


def finish_all(master: Master) -> None:
    for segment in Segment.objects.filter(rendition__master=master):
        transcoding.transcode_segment(segment.id)
    master.audio_renditions.update(state="done", segments=[[48000, 100]], kbps=1.0)
    publishing.advance(master.id)


def state(master: Master) -> str:
    return Master.objects.get(id=master.id).state


# --- plan and segments ------------------------------------------------------------------------


def test_a_plan_has_a_message_for_every_segment_and_sound(planned: Master, sent: Sent) -> None:
    segments = Segment.objects.filter(rendition__master=planned)
    assert segments.count() == 4 * 3 - 0
    assert {identifier for task, identifier in sent if task == queueing.SEGMENT} == {str(s.id) for s in segments}
    assert sum(task == queueing.AUDIO for task, _ in sent) == 2


def test_a_segment_is_taken_by_one_worker_only(planned: Master) -> None:
    rows = Segment.objects.filter(id=first_segment(planned).id, state="waiting")
    assert leases.take(rows, state="running") is not None
    assert leases.take(rows, state="running") is None


def test_a_doubled_message_does_nothing(planned: Master, encoder: Callable[[Any], None]) -> None:
    segment = first_segment(planned)
    assert transcoding.transcode_segment(segment.id) is True
    before = Segment.objects.get(id=segment.id)
    assert transcoding.transcode_segment(segment.id) is False
    assert Segment.objects.get(id=segment.id).finished_at == before.finished_at


def test_what_a_slow_worker_brings_after_it_was_given_up_is_not_taken(
    planned: Master, encoder: Callable[[Any], None]
) -> None:
    segment = first_segment(planned)
    lease = leases.take(Segment.objects.filter(id=segment.id), state="running")
    assert lease is not None
    Segment.objects.filter(id=segment.id).update(lease=uuid.uuid4())
    late = transcoding.Made({}, {"seg-00000.m4s": b"media"}, "avc1.640028", 1e6, 1e6, 1.0, 1.0)
    transcoding.finish_segment(segment, lease, late)
    assert Segment.objects.get(id=segment.id).state == "running"


def test_all_done_leads_to_assembling_once(planned: Master, encoder: Callable[[Any], None], sent: Sent) -> None:
    finish_all(planned)
    publishing.advance(planned.id)
    assert state(planned) == "assembling"
    assert sum(task == queueing.ASSEMBLE for task, _ in sent) == 1


def test_quality_and_rate_of_a_rendition_are_summed_over_its_segments(
    planned: Master, encoder: Callable[[Any], None]
) -> None:
    rendition = planned.renditions.get(codec="h264", width=1280)
    encoder(lambda segment, progress: result(media=bytes(30_000), sse=segment.frames * 1280 * 640 * 4.0))
    for segment in rendition.segments.all():
        transcoding.transcode_segment(segment.id)
    rendition.refresh_from_db()
    assert rendition.psnr == pytest.approx(42.11, abs=0.01)  # mean squared error 4
    assert rendition.kbps == pytest.approx(30_000 * 8 * 3 / 10 / 1000, abs=0.1)
    assert rendition.state == "done"


# --- failures ---------------------------------------------------------------------------------


def test_an_unexpected_error_is_tried_three_times_and_then_told(
    planned: Master, encoder: Callable[[Any], None], sent: Sent
) -> None:
    def crash(segment: Any, progress: Any) -> None:
        raise RuntimeError("the encoder is confused")

    encoder(crash)
    segment = first_segment(planned)
    sent.clear()
    for attempt in (1, 2, 3):
        assert state(planned) != "failed"
        transcoding.transcode_segment(segment.id)
        assert sent.count((queueing.SEGMENT, str(segment.id))) == min(attempt, 2)
    planned.refresh_from_db()
    assert (planned.state, planned.error_code) == ("failed", "segment_failed")
    assert planned.error_params["attempts"] == 3


def test_a_full_disk_stops_the_master_and_keeps_what_is_done(
    planned: Master, encoder: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = Segment.objects.filter(rendition__master=planned).order_by("id")[:2]
    transcoding.transcode_segment(first.id)
    import os

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    transcoding.transcode_segment(second.id)
    planned.refresh_from_db()
    assert (planned.state, planned.error_code) == ("failed", "disk_full")
    assert Segment.objects.get(id=first.id).state == "done"
    assert Segment.objects.get(id=second.id).state == "waiting"
    root = store.local_path(planned.storage_prefix)
    assert root is not None
    assert not list(root.rglob("*.part"))


def test_a_damaged_film_leaves_no_segments_behind(
    planned: Master, encoder: Callable[[Any], None], django_capture_on_commit_callbacks: Any
) -> None:
    first, second = Segment.objects.filter(rendition__master=planned).order_by("id")[:2]
    transcoding.transcode_segment(first.id)

    def damaged(segment: Any, progress: Any) -> None:
        raise MediaError("damaged", time="0:00:04")

    encoder(damaged)
    with django_capture_on_commit_callbacks(execute=True):
        transcoding.transcode_segment(second.id)
    planned.refresh_from_db()
    assert (planned.state, planned.error_code) == ("failed", "damaged")
    assert not store.exists(store.building_prefix(planned.storage_prefix, planned.generation))
    assert store.exists(planned.file.name)


def test_a_segment_that_is_finished_after_its_master_was_deleted_leaves_nothing(
    planned: Master, encoder: Callable[[Any], None]
) -> None:
    def deleted_meanwhile(segment: Any, progress: Any) -> SegmentResult:
        Master.objects.filter(id=planned.id).delete()
        store.delete_tree(planned.storage_prefix)
        return result()

    encoder(deleted_meanwhile)
    transcoding.transcode_segment(first_segment(planned).id)
    assert not store.exists(planned.storage_prefix)


# --- heartbeats -------------------------------------------------------------------------------


class Row:
    """Stands for the queryset of a leased row: how many rows a beat still finds."""

    def __init__(self, found: int) -> None:
        self.found = found
        self.beats: list[dict[str, Any]] = []

    def update(self, **fields: Any) -> int:
        self.beats.append(fields)
        return self.found


def test_a_heart_beats_without_the_work_and_carries_its_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "BEAT_SECONDS", 0.01)
    row = Row(1)
    with leases.Heart(lambda: row, lambda: {"frames_done": 7}) as heart:
        time.sleep(0.2)
        heart.beat()
    assert len(row.beats) >= 3
    assert {beat["frames_done"] for beat in row.beats} == {7}
    beats = len(row.beats)
    time.sleep(0.05)
    assert len(row.beats) == beats


def test_work_that_is_no_longer_wanted_is_stopped_at_its_next_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "BEAT_SECONDS", 0.01)
    with leases.Heart(lambda: Row(0)) as heart:
        time.sleep(0.2)
        with pytest.raises(leases.Stopped):
            heart.beat()


def test_work_that_hangs_loses_its_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "BEAT_SECONDS", 0.01)
    monkeypatch.setattr(leases, "STUCK_SECONDS", 0.1)
    row = Row(1)
    with leases.Heart(lambda: row):
        time.sleep(0.3)
        beats = len(row.beats)
        time.sleep(0.1)
        assert len(row.beats) == beats


# --- sweeping ---------------------------------------------------------------------------------


def lose(segment: Segment, attempts: int = 1) -> None:
    """As a worker that was killed leaves it."""
    Segment.objects.filter(id=segment.id).update(
        state="running", lease=uuid.uuid4(), attempts=attempts, heartbeat_at=timezone.now() - timedelta(minutes=1)
    )


def test_a_segment_whose_worker_is_gone_waits_again(planned: Master, sent: Sent) -> None:
    segment = first_segment(planned)
    lose(segment)
    sent.clear()
    assert sweeping.sweep()["segments"] == 1
    assert sent == [(queueing.SEGMENT, str(segment.id))]
    assert Segment.objects.get(id=segment.id).state == "waiting"


def test_a_segment_whose_worker_lives_is_left_alone(planned: Master, sent: Sent) -> None:
    segment = first_segment(planned)
    leases.take(Segment.objects.filter(id=segment.id), state="running")
    sent.clear()
    sweeping.sweep()
    assert sent == []
    assert Segment.objects.get(id=segment.id).state == "running"


def test_a_segment_that_kills_every_worker_stops_the_master_with_a_sentence(planned: Master) -> None:
    lose(first_segment(planned), attempts=3)
    sweeping.sweep()
    planned.refresh_from_db()
    assert (planned.state, planned.error_code) == ("failed", "worker_lost")


def test_messages_lost_by_the_broker_are_sent_again(planned: Master, sent: Sent) -> None:
    Segment.objects.update(queued_at=timezone.now() - timedelta(minutes=5))
    planned.audio_renditions.update(queued_at=timezone.now() - timedelta(minutes=5))
    sent.clear()
    sweeping.sweep()
    assert len(sent) == 12 + 2
    sent.clear()
    sweeping.sweep()
    assert sent == []


def test_a_stage_whose_worker_is_gone_is_called_again(planned: Master, sent: Sent) -> None:
    old = timezone.now() - timedelta(minutes=1)
    Master.objects.filter(id=planned.id).update(state="verifying", lease=uuid.uuid4(), heartbeat_at=old, attempts=1)
    sent.clear()
    sweeping.sweep()
    assert (queueing.VERIFY, str(planned.id)) in sent


# --- people -----------------------------------------------------------------------------------


def test_cancelling_stops_a_running_segment(
    planned: Master, instructor: Any, policy: Any, encoder: Callable[[Any], None]
) -> None:
    def cancelled_meanwhile(segment: Any, progress: Any) -> None:
        masters.cancel_master(actor=instructor, master=planned)
        raise leases.Stopped

    encoder(cancelled_meanwhile)
    segment = first_segment(planned)
    transcoding.transcode_segment(segment.id)
    assert state(planned) == "cancelled"
    assert Segment.objects.get(id=segment.id).state == "waiting"
    assert transcoding.transcode_segment(segment.id) is False


def test_trying_again_goes_on_from_what_is_done(
    planned: Master, instructor: Any, policy: Any, encoder: Callable[[Any], None], sent: Sent
) -> None:
    done = first_segment(planned)
    transcoding.transcode_segment(done.id)
    masters.cancel_master(actor=instructor, master=planned)
    sent.clear()
    masters.retry_master(actor=instructor, master=planned)
    again = [identifier for task, identifier in sent if task == queueing.SEGMENT]
    assert len(again) == 11
    assert str(done.id) not in again
    assert state(planned) == "planned"


def test_trying_again_makes_anew_what_somebody_deleted(
    planned: Master, instructor: Any, policy: Any, encoder: Callable[[Any], None], sent: Sent
) -> None:
    done = first_segment(planned)
    transcoding.transcode_segment(done.id)
    masters.cancel_master(actor=instructor, master=planned)
    store.delete_tree(store.building_prefix(planned.storage_prefix, planned.generation))
    sent.clear()
    masters.retry_master(actor=instructor, master=planned)
    assert (queueing.SEGMENT, str(done.id)) in sent


def test_a_layout_set_by_hand_is_planned_anew(planned: Master, instructor: Any, policy: Any, sent: Sent) -> None:
    before = planned.generation
    masters.correct_layout(actor=instructor, master=planned, projection="flat", stereo="mono")
    planned.refresh_from_db()
    assert (planned.projection, planned.projection_source, planned.state) == ("flat", "hand", "planned")
    assert planned.generation == before + 1
    assert set(planned.renditions.values_list("width", flat=True)) == {1920, 1440, 960}
    assert (queueing.STILLS, str(planned.id)) in sent


def test_nonsense_is_no_layout(planned: Master, instructor: Any, policy: Any) -> None:
    with pytest.raises(ValidationError):
        masters.correct_layout(actor=instructor, master=planned, projection="unsupported", stereo="mono")


def test_deleting_takes_every_file_along(
    planned: Master, instructor: Any, policy: Any, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        masters.delete_master(actor=instructor, master=planned)
    assert not store.exists(planned.storage_prefix)
    assert not Master.objects.exists()


@pytest.mark.parametrize("change", ["cancel_master", "retry_master", "delete_master"])
def test_only_who_manages_a_master_changes_it(
    change: str, planned: Master, other_instructor: Any, trainee: Any, policy: Any
) -> None:
    for stranger in (other_instructor, trainee):
        with pytest.raises(PermissionDenied):
            getattr(masters, change)(actor=stranger, master=planned)
    assert state(planned) == "planned"


@pytest.mark.parametrize(
    ("given", "shown", "stored"),
    [
        ("../../etc/passwd", "passwd", "passwd"),
        ("C:\\films\\ward 3.mp4", "ward 3.mp4", "ward_3.mp4"),
        ("急救🚑.mov", "急救🚑.mov", "master.mov"),
        ("", "", "master"),
        ("a" * 400 + ".mp4", "a" * 251 + ".mp4", "a" * 80 + ".mp4"),
        (".mp4", ".mp4", "mp4"),
    ],
)
def test_names_are_shown_as_given_and_stored_so_that_nothing_escapes(given: str, shown: str, stored: str) -> None:
    assert masters.display_name(given) == shown
    assert masters.stored_name(masters.display_name(given)) == stored


def test_receiving_moves_the_file_and_asks_for_its_examination(instructor: Any, storage_dirs: Path, sent: Sent) -> None:
    upload = storage_dirs / "upload.part"
    upload.write_bytes(b"film")
    master = masters.receive_upload(actor=instructor, path=upload, original_name="ward/3 🚑.mp4")
    assert not upload.exists()
    assert store.read(str(master.file.name)) == b"film"
    assert master.title == "3 🚑"
    assert sent == [(queueing.EXAMINE, str(master.id))]


def test_the_time_of_a_segment_is_that_of_its_first_picture(planned: Master) -> None:
    last = Segment.objects.filter(rendition__master=planned).order_by("-index")[0]
    assert Fraction(last.start_frame) / planned.fps == 8


def test_measuring_whose_worker_was_killed_is_asked_for_again_and_not_forever(planned: Master, sent: Sent) -> None:
    gone = timezone.now() - timedelta(minutes=1)

    def lose(attempts: int) -> None:
        Master.objects.filter(id=planned.id).update(
            state="measuring", lease=uuid.uuid4(), heartbeat_at=gone, attempts=attempts
        )
        sent.clear()
        sweeping.sweep()

    lose(attempts=1)
    assert (queueing.MEASURE, str(planned.id)) in sent
    assert state(planned) == "measuring"
    lose(attempts=leases.MAX_ATTEMPTS)
    assert (queueing.MEASURE, str(planned.id)) not in sent
    assert state(planned) == "failed"


def test_measuring_can_be_stopped_and_begins_anew(planned: Master, instructor: Any, policy: Any, sent: Sent) -> None:
    planned.renditions.all().delete()
    planned.audio_renditions.all().delete()
    Master.objects.filter(id=planned.id).update(state="measuring", lease=None)
    masters.cancel_master(actor=instructor, master=planned)
    assert state(planned) == "cancelled"
    sent.clear()
    masters.retry_master(actor=instructor, master=planned)
    assert state(planned) == "received"
    assert sent == [(queueing.EXAMINE, str(planned.id))]

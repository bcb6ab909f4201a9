"""Many people acting at once still make one chain."""

import threading

import pytest
from django.db import connection, transaction

from courses.people.models import ActionLogEntry, User
from courses.people.services.audit import log_action, read_anchor
from courses.people.services.verify import verify_log

THREADS, EACH = 12, 8


@pytest.mark.django_db(transaction=True)
def test_concurrent_actions_form_one_chain_without_gaps() -> None:
    person = User.objects.create(username="busy")
    start = threading.Barrier(THREADS)
    failures: list[Exception] = []

    def act(worker: int) -> None:
        try:
            start.wait()
            for step in range(EACH):
                with transaction.atomic():
                    User.objects.filter(pk=person.pk).update(display_name=f"{worker}-{step}")
                    log_action(actor=person, action="test.concurrent", data={"worker": worker, "step": step})
        except Exception as wrong:
            failures.append(wrong)
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=(worker,)) for worker in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert list(ActionLogEntry.objects.order_by("seq").values_list("seq", flat=True)) == list(
        range(1, THREADS * EACH + 1)
    )
    assert verify_log().is_good
    anchor = read_anchor()
    assert anchor is not None and anchor.seq == THREADS * EACH
    per_worker = {worker: [] for worker in range(THREADS)}
    for entry in ActionLogEntry.objects.order_by("seq"):
        per_worker[entry.data["worker"]].append(entry.data["step"])
    assert all(steps == list(range(EACH)) for steps in per_worker.values())


@pytest.mark.django_db(transaction=True)
def test_two_first_actions_at_once_make_one_head() -> None:
    start = threading.Barrier(6)
    failures: list[Exception] = []

    def act() -> None:
        try:
            start.wait()
            log_action(actor=None, action="test.first")
        except Exception as wrong:
            failures.append(wrong)
        finally:
            connection.close()

    threads = [threading.Thread(target=act) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert verify_log().entries == 6 and verify_log().is_good

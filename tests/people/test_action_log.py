"""The action log notices what is done to it: by the application, in the database, or by cutting its end off."""

import json
from collections.abc import Callable, Iterator
from io import StringIO

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from courses.people import audit_guards
from courses.people.models import ActionLogEntry, ActionLogHead, User
from courses.people.models.audit import GENESIS_HASH, AppendOnlyError
from courses.people.services import audit
from courses.people.services.audit import log_action
from courses.people.services.verify import verify_log

TABLE = ActionLogEntry._meta.db_table


@pytest.fixture
def guards(db: None) -> Iterator[None]:
    audit_guards.install(connection)
    yield


def write_entries(count: int, actor: User | None = None) -> list[ActionLogEntry]:
    return [log_action(actor=actor, action="test.step", data={"step": step}) for step in range(count)]


def tamper(sql: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


@pytest.mark.django_db
class TestAppending:
    def test_entries_follow_each_other_without_gaps(self) -> None:
        first, second, third = write_entries(3)
        assert [first.seq, second.seq, third.seq] == [1, 2, 3]
        assert first.previous_hash == GENESIS_HASH
        assert (second.previous_hash, third.previous_hash) == (first.hash, second.hash)

    def test_a_person_is_named_by_an_opaque_key_only(self, make_person: Callable[..., User]) -> None:
        person = make_person("li.na", display_name="李娜", email="li.na@centre.example")
        entry = log_action(actor=person, action="test.step", target=person)
        assert entry.actor == person.audit_key and entry.target_id == str(person.audit_key)
        row = json.dumps(
            ActionLogEntry.objects.values(
                "actor", "actor_role", "action", "target_type", "target_id", "data_json"
            ).get(),
            default=str,
        )
        assert "li.na" not in row and "李娜" not in row

    def test_nobody_signed_in_is_the_system(self) -> None:
        assert log_action(actor=AnonymousUser(), action="test.step").actor is None

    def test_a_rolled_back_action_leaves_no_entry_and_no_gap(self) -> None:
        with pytest.raises(RuntimeError), transaction.atomic():
            log_action(actor=None, action="test.undone")
            raise RuntimeError
        assert log_action(actor=None, action="test.done").seq == 1
        assert verify_log().is_good

    def test_the_application_cannot_change_or_remove_entries(self) -> None:
        (entry,) = write_entries(1)
        with pytest.raises(AppendOnlyError):
            entry.save()
        with pytest.raises(AppendOnlyError):
            entry.delete()
        with pytest.raises(AppendOnlyError):
            ActionLogEntry.objects.all().delete()
        with pytest.raises(AppendOnlyError):
            ActionLogEntry.objects.update(action="x")

    @pytest.mark.parametrize("sql", [f"UPDATE {TABLE} SET action = 'x'", f"DELETE FROM {TABLE}"])
    def test_the_database_refuses_changes_to_everybody(self, guards: None, sql: str) -> None:
        write_entries(2)
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            tamper(sql)
        assert ActionLogEntry.objects.count() == 2


@pytest.mark.django_db
class TestVerifying:
    def test_an_untouched_log_is_whole(self) -> None:
        write_entries(5)
        verdict = verify_log()
        assert (verdict.is_good, verdict.entries) == (True, 5)

    def test_an_empty_log_is_whole(self) -> None:
        assert verify_log().is_good

    @pytest.mark.parametrize(
        ("column", "value"),
        [
            ("action", "test.other"),
            ("data_json", '{"step":9}'),
            ("actor_role", "administrator"),
            ("target_id", "7"),
            ("at", "2020-01-01 00:00:00"),
        ],
    )
    def test_a_changed_column_is_found_at_its_entry(self, column: str, value: str) -> None:
        write_entries(4)
        tamper(f"UPDATE {TABLE} SET {column} = %s WHERE seq = 3", value)
        assert verify_log().broken_at == 3

    def test_a_changed_entry_with_a_recomputed_hash_breaks_at_the_next(self) -> None:
        write_entries(4)
        entry = ActionLogEntry.objects.get(seq=2)
        entry.action = "test.forged"
        tamper(f"UPDATE {TABLE} SET action = %s, hash = %s WHERE seq = 2", entry.action, entry.expected_hash())
        assert verify_log().broken_at == 3

    def test_a_removed_entry_is_missed(self) -> None:
        write_entries(4)
        tamper(f"DELETE FROM {TABLE} WHERE seq = 2")
        assert verify_log().broken_at == 2

    def test_a_cut_end_is_noticed(self) -> None:
        write_entries(4)
        tamper(f"DELETE FROM {TABLE} WHERE seq >= 3")
        assert verify_log().broken_at == 3

    def test_a_cut_end_with_a_head_set_back_has_a_bad_signature(self) -> None:
        write_entries(4)
        tamper(f"DELETE FROM {TABLE} WHERE seq = 4")
        last = ActionLogEntry.objects.get(seq=3)
        ActionLogHead.objects.update(seq=3, hash=last.hash)
        assert verify_log().broken_at == 3

    def test_an_old_copy_of_the_database_is_noticed_by_the_anchor(
        self, django_capture_on_commit_callbacks: Callable[..., object]
    ) -> None:
        write_entries(2)
        old_head = ActionLogHead.objects.get()
        with django_capture_on_commit_callbacks(execute=True):
            write_entries(2)
        tamper(f"DELETE FROM {TABLE} WHERE seq > 2")
        old_head.save()
        verdict = verify_log()
        assert verdict.broken_at == 3
        assert "4" in verdict.reason

    def test_a_whole_new_log_is_noticed_by_the_anchor(
        self, django_capture_on_commit_callbacks: Callable[..., object]
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            write_entries(3)
        tamper(f"DELETE FROM {TABLE}")
        ActionLogHead.objects.all().delete()
        assert verify_log().broken_at == 1
        write_entries(3)
        assert verify_log().broken_at == 1

    def test_an_unreadable_anchor_is_reported(self) -> None:
        write_entries(1)
        audit.anchor_path().parent.mkdir(parents=True)
        audit.anchor_path().write_text("{}")
        assert not verify_log().is_good

    def test_the_command_names_the_first_broken_entry_and_fails(self) -> None:
        write_entries(3)
        tamper(f"UPDATE {TABLE} SET action = 'x' WHERE seq = 2")
        errors = StringIO()
        with pytest.raises(SystemExit) as left:
            call_command("audit", "verify", stderr=errors)
        assert left.value.code == 1
        assert "2" in errors.getvalue()

    def test_the_command_is_content_with_a_whole_log(self) -> None:
        write_entries(3)
        output = StringIO()
        call_command("audit", "verify", stdout=output)
        assert "3" in output.getvalue()

    def test_after_a_restore_the_operator_can_vouch_again(
        self, django_capture_on_commit_callbacks: Callable[..., object]
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            write_entries(3)
        tamper(f"DELETE FROM {TABLE}")
        ActionLogHead.objects.all().delete()
        call_command("audit", "anchor", stdout=StringIO())
        assert verify_log().is_good

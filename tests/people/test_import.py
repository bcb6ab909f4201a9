"""An administrator brings in a table of people: checked first, then all or nothing."""

import codecs
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from courses.people.models import ActionLogEntry, Cohort, PeopleImport, User
from courses.people.services.import_rows import MAX_BYTES, UnreadableTable, read_table
from courses.people.services.imports import ImportRefused, carry_out, dry_run
from courses.people.tasks import light_forget_dry_runs

TABLE = """username,name,email,role,cohort,language
li.na,李娜,li.na@hospital.example,trainee,规培一班,zh-hans
j.smith,John Smith,,instructor,,en
"""
CHINESE = """用户名,姓名,邮箱,角色,班级
zhou,周敏,zhou@hospital.example,学员,规培一班
wu,吴刚,,带教老师,
"""


def faults_of(admin: User, text: str) -> dict[int, list[str]]:
    checked, kept = dry_run(actor=admin, file_name="t.csv", content=text.encode())
    assert (kept is None) == bool(checked.bad)
    return {item.row.line: item.faults for item in checked.bad}


class TestReading:
    @pytest.mark.parametrize(
        "content",
        [
            CHINESE.encode(),
            codecs.BOM_UTF8 + CHINESE.encode(),
            CHINESE.encode("gbk"),
            CHINESE.encode("gb18030"),
            codecs.BOM_UTF16_LE + CHINESE.encode("utf-16-le"),
            CHINESE.replace(",", ";").encode(),
            CHINESE.replace(",", "\t").encode("gbk"),
            CHINESE.replace("\n", "\r\n").encode(),
        ],
        ids=["utf-8", "utf-8 bom", "gbk", "gb18030", "utf-16", "semicolons", "tabs gbk", "crlf"],
    )
    def test_every_usual_spelling_of_a_chinese_table(self, content: bytes) -> None:
        rows = read_table(content)
        assert [(row.username, row.name, row.role, row.cohort) for row in rows] == [
            ("zhou", "周敏", "trainee", "规培一班"),
            ("wu", "吴刚", "instructor", ""),
        ]

    @pytest.mark.parametrize(
        ("content", "word"),
        [
            (b"", "empty"),
            (b"username,role\n", "heading"),
            (b"username,name\nli,Li\n", "role"),
            (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\xff", "UTF-8"),
            (b'username,role\n"li,trainee\n', "Line"),
            (b"username,role\n" + b"a,trainee\n" * 5001, "5,000"),
            (b"x" * (MAX_BYTES + 1), "2 MB"),
        ],
        ids=["empty", "no rows", "no role column", "a picture", "open quote", "too many", "too large"],
    )
    def test_what_is_no_table_is_said_in_a_sentence(self, content: bytes, word: str, settings: object) -> None:
        from django.utils import translation

        with translation.override("en"), pytest.raises(UnreadableTable, match=word):
            read_table(content)


class TestDryRun:
    def test_a_good_table_changes_nothing_yet(self, admin: User) -> None:
        checked, kept = dry_run(actor=admin, file_name="t.csv", content=TABLE.encode())
        assert checked.counts == {"new": 2}
        assert kept is not None and User.objects.count() == 1

    def test_each_bad_line_says_why(self, admin: User, make_person: Callable[..., User]) -> None:
        make_person("taken", email="taken@hospital.example")
        table = "\n".join(
            [
                "username,name,email,role",
                "good,Good,good@hospital.example,trainee",
                "GOOD,Again,,trainee",
                "other,Other,Good@hospital.example,trainee",
                "bad.role,X,,chief",
                "bad.mail,X,not-an-address,trainee",
                ",No name,,trainee",
                "with space,X,,trainee",
                "thief,X,taken@hospital.example,trainee",
                "no.role,X,,",
            ]
        )
        faults = faults_of(admin, table)
        assert sorted(faults) == [3, 4, 5, 6, 7, 8, 9, 10]
        assert all(len(reasons) == 1 for reasons in faults.values())
        assert "2" in faults[3][0] and "2" in faults[4][0]
        assert "chief" in faults[5][0] and "not-an-address" in faults[6][0]

    def test_one_line_can_have_several_faults(self, admin: User) -> None:
        assert len(faults_of(admin, "username,role,email\n,chief,nonsense\n")[2]) == 3

    def test_an_administrator_cannot_demote_himself_by_mistake(self, admin: User) -> None:
        assert list(faults_of(admin, "username,role\nadmin.wang,trainee\n")) == [2]


class TestCarryingOut:
    def bring_in(self, admin: User, text: str) -> tuple[PeopleImport, dict[str, int]]:
        _checked, kept = dry_run(actor=admin, file_name="t.csv", content=text.encode())
        assert kept is not None
        return kept, dict(carry_out(actor=admin, kept=kept))

    def test_people_and_cohorts_are_made(self, admin: User) -> None:
        _kept, counts = self.bring_in(admin, TABLE)
        assert counts == {"new": 2}
        person = User.objects.get(username="li.na")
        assert (person.display_name, person.email, person.role) == ("李娜", "li.na@hospital.example", "trainee")
        assert [cohort.name for cohort in person.cohorts.all()] == ["规培一班"]
        assert not person.has_usable_password()
        entry = ActionLogEntry.objects.get(action="people.import")
        assert entry.data == {"new": 2}

    def test_the_same_table_twice_changes_nothing(self, admin: User) -> None:
        self.bring_in(admin, TABLE)
        before = list(User.objects.order_by("pk").values())
        _kept, counts = self.bring_in(admin, TABLE)
        assert counts == {"same": 2}
        assert list(User.objects.order_by("pk").values()) == before

    def test_pressing_yes_twice_does_it_once(self, admin: User) -> None:
        kept, _counts = self.bring_in(admin, TABLE)
        assert carry_out(actor=admin, kept=kept) == {}
        assert User.objects.count() == 3

    def test_a_changed_line_changes_the_person_and_empty_cells_keep_what_is_there(self, admin: User) -> None:
        self.bring_in(admin, TABLE)
        _kept, counts = self.bring_in(admin, "username,role,name,email\nLI.NA,instructor,,\n")
        assert counts == {"changed": 1}
        person = User.objects.get(username="li.na")
        assert (person.role, person.display_name, person.email) == ("instructor", "李娜", "li.na@hospital.example")

    def test_what_became_impossible_since_the_dry_run_undoes_everything(
        self, admin: User, make_person: Callable[..., User]
    ) -> None:
        _checked, kept = dry_run(actor=admin, file_name="t.csv", content=TABLE.encode())
        make_person("somebody", email="li.na@hospital.example")
        with pytest.raises(ImportRefused):
            carry_out(actor=admin, kept=kept)
        assert not User.objects.filter(username__in=["li.na", "j.smith"]).exists()
        assert not Cohort.objects.exists()

    def test_names_do_not_stay_in_the_kept_table(self, admin: User) -> None:
        kept, _counts = self.bring_in(admin, TABLE)
        kept.refresh_from_db()
        assert "li.na" not in str(kept.rows) and "李娜" not in str(kept.rows)


class TestForgetting:
    def test_a_table_nobody_said_yes_to_goes_after_a_day(self, admin: User) -> None:
        for hours in (25, 23):
            _checked, kept = dry_run(actor=admin, file_name=f"{hours}.csv", content=TABLE.encode())
            PeopleImport.objects.filter(pk=kept.pk).update(created_at=timezone.now() - timedelta(hours=hours))
        light_forget_dry_runs()
        assert [kept.file_name for kept in PeopleImport.objects.all()] == ["23.csv"]


class TestPages:
    def upload(self, client: Client, content: bytes) -> object:
        return client.post("/people/import/", {"table": SimpleUploadedFile("人员.csv", content)})

    def test_from_the_file_to_the_first_password(self, client_of: Callable[[User], Client], admin: User) -> None:
        client = client_of(admin)
        page = self.upload(client, CHINESE.encode("gbk"))
        assert page.status_code == 200 and "周敏" in page.content.decode()
        kept = page.context["kept"]
        done = client.post(f"/people/import/{kept.pk}/commit/", follow=True)
        assert done.status_code == 200
        sheet = client.post(f"/people/import/{kept.pk}/sheet.csv").content.decode("utf-8-sig")
        link = re.search(r"zhou,周敏,\S+?,http://testserver(/\S+)", sheet).group(1)

        newcomer = Client()
        assert newcomer.get(link).status_code == 200
        words = "maple-quartz-river-1"
        assert newcomer.post(link, {"password1": words, "password2": words})["Location"] == "/accounts/login/"
        assert newcomer.post("/accounts/login/", {"login": "zhou", "password": words}).status_code == 302
        assert Client().get(link).status_code == 410

    def test_bad_lines_are_shown_with_their_numbers(self, client_of: Callable[[User], Client], admin: User) -> None:
        page = self.upload(client_of(admin), b"username,role\nx,chief\n")
        assert page.status_code == 422
        assert "chief" in page.content.decode() and User.objects.count() == 1

    def test_checking_again_and_again_is_slowed_down(
        self, client_of: Callable[[User], Client], admin: User, settings: Any
    ) -> None:
        settings.ACCOUNT_RATE_LIMITS = {"people_import": "2/h/user"}
        client = client_of(admin)
        assert [self.upload(client, TABLE.encode()).status_code for _ in range(3)] == [200, 200, 429]

    def test_no_cell_of_an_export_is_a_formula(self, client_of: Callable[[User], Client], admin: User) -> None:
        User.objects.create(username="evil", display_name="=HYPERLINK(1)", role="trainee")
        sheet = client_of(admin).get("/people/export.csv").content.decode("utf-8-sig")
        assert "'=HYPERLINK(1)" in sheet

    def test_the_export_can_be_imported_again(self, client_of: Callable[[User], Client], admin: User) -> None:
        User.objects.create(username="li.na", display_name="李娜", role="trainee")
        sheet = client_of(admin).get("/people/export.csv").content
        checked, _kept = dry_run(actor=admin, file_name="t.csv", content=sheet)
        assert checked.counts == {"same": 2}

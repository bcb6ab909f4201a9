"""Reading a table of people: any spelling of the columns and roles in use, any of the usual encodings."""

import codecs
import csv
import io
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _

from courses.people.models import Role
from courses.people.models.user import Language

MAX_BYTES = 2 * 1024 * 1024
MAX_ROWS = 5000
REQUIRED = ("username", "role")

_COLUMNS = {
    "username": ("username", "user name", "login", "用户名", "账号", "工号", "学号"),
    "name": ("name", "display_name", "full name", "姓名", "名字"),
    "email": ("email", "e-mail", "mail", "邮箱", "电子邮箱", "电子邮件"),
    "role": ("role", "角色", "身份"),
    "cohort": ("cohort", "group", "class", "班级", "小组", "分组"),
    "language": ("language", "语言"),
}
_ROLES = {
    Role.RESIDENT: ("resident", "居民", "社区居民"),
    Role.TRAINEE: ("trainee", "学员", "住院医师", "医学生"),
    Role.INSTRUCTOR: ("instructor", "带教老师", "教员", "讲师"),
    Role.ADMINISTRATOR: ("administrator", "admin", "管理员"),
    Role.AUDITOR: ("auditor", "审计员"),
}
_LANGUAGES = {
    Language.ZH_HANS: ("zh-hans", "zh", "zh-cn", "chinese", "中文", "简体中文"),
    Language.EN: ("en", "english", "英文", "英语"),
}


class UnreadableTable(ValueError):
    """The file as a whole cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class Row:
    """One line of the table, spellings resolved. `role` is "" where it was not understood (`given_role` is it)."""

    line: int
    username: str
    name: str
    email: str
    role: str
    given_role: str
    cohort: str
    language: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def read_table(content: bytes) -> list[Row]:
    """The rows of a CSV (comma, semicolon or tab) in UTF-8, UTF-16 or GB 18030, with or without a BOM."""
    if len(content) > MAX_BYTES:
        raise UnreadableTable(_("The file is larger than 2 MB. Split it into several files."))
    text = _decode(content)
    if not text.strip():
        raise UnreadableTable(_("The file is empty. Save the table as CSV and try again."))
    lines = _records(text)
    columns = _columns(lines[0][1])
    rows = [_row(number, cells, columns) for number, cells in lines[1:]]
    if not rows:
        raise UnreadableTable(_("The file has a heading and no people below it."))
    if len(rows) > MAX_ROWS:
        raise UnreadableTable(_("The file has more than 5,000 people. Split it into several files."))
    return rows


def _decode(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text.removeprefix("\ufeff")
    raise UnreadableTable(
        _("The file is not a text table in UTF-8 or GBK. In Excel choose “Save as”, “CSV UTF-8”, and try again.")
    )


def _records(text: str) -> list[tuple[int, list[str]]]:
    first = text.lstrip().splitlines()[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    found = []
    try:
        for cells in reader:
            cells = [cell.strip() for cell in cells]
            if any(cells):
                found.append((reader.line_num, cells))
    except csv.Error as wrong:
        raise UnreadableTable(
            _("Line %(line)s cannot be read as CSV (%(why)s). Check its quotation marks.")
            % {"line": reader.line_num, "why": wrong}
        ) from wrong
    return found


def _columns(heading: list[str]) -> dict[str, int]:
    known = {alias: column for column, aliases in _COLUMNS.items() for alias in aliases}
    columns: dict[str, int] = {}
    for index, title in enumerate(heading):
        column = known.get(title.lower())
        if column:
            columns.setdefault(column, index)
    missing = [column for column in REQUIRED if column not in columns]
    if missing:
        raise UnreadableTable(
            _(
                "The first line lacks the column %(missing)s. "
                "It needs: username, role; and may have: name, email, cohort, language."
            )
            % {"missing": ", ".join(missing)}
        )
    return columns


def _row(line: int, cells: list[str], columns: dict[str, int]) -> Row:
    def cell(column: str) -> str:
        index = columns.get(column)
        return cells[index] if index is not None and index < len(cells) else ""

    return Row(
        line=line,
        username=cell("username"),
        name=cell("name"),
        email=cell("email").lower(),
        role=_resolve(cell("role"), _ROLES),
        given_role=cell("role"),
        cohort=cell("cohort"),
        language=_resolve(cell("language"), _LANGUAGES),
    )


def _resolve(given: str, spellings: dict[Any, tuple[str, ...]]) -> str:
    wanted = given.lower()
    return next((str(value.value) for value, aliases in spellings.items() if wanted in aliases), "")

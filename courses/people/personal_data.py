"""What the centre keeps about a person: every wing registers its part, for export and for erasure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from courses.people.models import User

ExportFn = Callable[[User], Any]
EraseFn = Callable[[User], None]


@dataclass(frozen=True)
class PersonalDataPart:
    """`export` returns JSON-able data (dates allowed); `erase` removes or anonymises it in the caller's transaction."""

    name: str
    export: ExportFn
    erase: EraseFn


_parts: dict[str, PersonalDataPart] = {}


def register_personal_data(name: str, export_fn: ExportFn, erase_fn: EraseFn) -> None:
    """Add a wing's part (call it in AppConfig.ready). `name` becomes the file name in the export.

    The user's row itself is scrubbed, not deleted, by courses.people after all parts have been erased.
    """
    _parts[name] = PersonalDataPart(name, export_fn, erase_fn)


def personal_data_parts() -> list[PersonalDataPart]:
    """All registered parts, in the order of their names."""
    return [_parts[name] for name in sorted(_parts)]

"""The learning record's part of a person's own data.

An LRS that statements were sent on to keeps its own copy: whoever runs it erases there by the account's name.
"""

from typing import Any

from courses.learning.xapi.models import XapiStatement
from courses.people.models import User


def export(user: User) -> list[Any]:
    return [row.statement for row in XapiStatement.objects.filter(user=user)]


def erase(user: User) -> None:
    XapiStatement.objects.filter(user=user).delete()

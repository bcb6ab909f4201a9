"""Who may watch, manage and upload masters.

The library does not know courses. A wing above registers its policy (`register_access_policy`, in its
`AppConfig.ready`); until one is registered everything is denied.
"""

from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID


class AccessPolicy(Protocol):
    """The questions that the library asks. `user` may be anonymous."""

    def may_watch(self, user: Any, master_id: UUID) -> bool: ...

    def may_manage(self, user: Any, owner_id: int | None) -> bool:
        """May change, cancel, retry or delete a master that belongs to `owner_id`."""
        ...

    def may_upload(self, user: Any) -> bool: ...


@dataclass(frozen=True)
class DenyAll:
    """The policy of a library that nobody has opened."""

    def may_watch(self, user: Any, master_id: UUID) -> bool:
        return False

    def may_manage(self, user: Any, owner_id: int | None) -> bool:
        return False

    def may_upload(self, user: Any) -> bool:
        return False


_policy: AccessPolicy = DenyAll()


def register_access_policy(policy: AccessPolicy) -> None:
    global _policy
    _policy = policy


def access_policy() -> AccessPolicy:
    return _policy

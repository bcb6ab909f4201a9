"""What the stages of a master share: a lease with its heartbeat, and telling the open pages.

received -> probing [-> measuring] -> planned -> transcoding -> assembling -> verifying -> published

Every stage may be called any number of times, by any worker, in any order: it does something only if the rows say
that it is its turn. `examining`, `transcoding` and `publishing` hold one function for each.
"""

from typing import Any
from uuid import UUID

from streaming.library import announce
from streaming.library.models import (
    Master,
)
from streaming.library.services.leases import Heart, wanted


def stage_heart(master_id: UUID, lease: UUID, fields: Any = dict) -> Heart:
    def rows() -> Any:
        return Master.objects.filter(wanted(""), id=master_id, lease=lease)

    return Heart(rows, fields, lambda: announce.progress(master_id))


def give_back_stage(master_id: UUID, lease: UUID) -> None:
    Master.objects.filter(id=master_id, lease=lease).update(lease=None, attempts=0)


def announce_state(master_id: UUID) -> None:
    """After the commit, whether or not something was announced just before."""
    announce.on_commit(lambda: announce.progress(master_id, at_once=True))

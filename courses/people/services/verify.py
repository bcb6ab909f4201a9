"""Checking the action log from its first entry to its signed head and to this machine's anchor."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from courses.people.models.audit import GENESIS_HASH, ActionLogEntry, ActionLogHead
from courses.people.services.audit import read_anchor, signature_is_good

BATCH = 2000


@dataclass(frozen=True)
class Verdict:
    """`broken_at` is the number of the first entry that is wrong, missing or cut off; None when all is well."""

    entries: int
    broken_at: int | None
    reason: str

    @property
    def is_good(self) -> bool:
        return self.broken_at is None


def verify_log() -> Verdict:
    """Recompute the whole chain; reads every entry once, in batches, and changes nothing."""
    anchor, anchor_fault = _anchor()
    head = ActionLogHead.objects.filter(pk=ActionLogHead.SINGLE).first()
    last_seq, last_hash, anchored_hash = 0, GENESIS_HASH, None
    for entry in ActionLogEntry.objects.order_by("seq").iterator(chunk_size=BATCH):
        fault = _fault(entry, last_seq, last_hash)
        if fault:
            return Verdict(last_seq, min(entry.seq, last_seq + 1), fault)
        last_seq, last_hash = entry.seq, entry.hash
        if anchor and entry.seq == anchor.seq:
            anchored_hash = entry.hash
    return _check_end(last_seq, last_hash, head, anchor, anchor_fault, anchored_hash)


def _fault(entry: ActionLogEntry, last_seq: int, last_hash: str) -> str:
    if entry.seq != last_seq + 1:
        return _("Entry %(seq)s is missing.") % {"seq": last_seq + 1}
    if entry.previous_hash != last_hash:
        return _("Entry %(seq)s does not follow the one before it.") % {"seq": entry.seq}
    if entry.hash != entry.expected_hash():
        return _("Entry %(seq)s has been changed after it was written.") % {"seq": entry.seq}
    return ""


def _anchor() -> tuple[ActionLogHead | None, str]:
    try:
        return read_anchor(), ""
    except ValueError as wrong:
        return None, _("This machine's note of the log cannot be read (%(why)s).") % {"why": wrong}


def _check_end(
    last_seq: int,
    last_hash: str,
    head: ActionLogHead | None,
    anchor: ActionLogHead | None,
    anchor_fault: str,
    anchored_hash: str | None,
) -> Verdict:
    """The tail: nothing after the head, nothing cut off before it, and the anchor's entry still there."""
    if head is None:
        if last_seq or (anchor and anchor.seq):
            return Verdict(last_seq, last_seq + 1, _("The head of the log is missing."))
        return Verdict(0, None, "")
    if head.seq and not signature_is_good(head):
        return Verdict(last_seq, head.seq, _("The head of the log is not signed by this installation."))
    if head.seq != last_seq:
        first = min(head.seq, last_seq) + 1
        return Verdict(
            last_seq,
            first,
            _("The log ends at %(end)s, but its head says %(head)s.") % {"end": last_seq, "head": head.seq},
        )
    if head.hash != last_hash:
        return Verdict(last_seq, last_seq, _("The last entry is not the one that the head names."))
    if anchor_fault:
        return Verdict(last_seq, last_seq + 1, anchor_fault)
    if anchor is None:
        return Verdict(last_seq, None, "")
    if not signature_is_good(anchor):
        return Verdict(last_seq, anchor.seq, _("This machine's note of the log is not signed by this installation."))
    if anchor.chain != head.chain:
        return Verdict(last_seq, 1, _("This machine has seen another log than the one in the database."))
    if anchor.seq > last_seq:
        return Verdict(
            last_seq,
            last_seq + 1,
            _("This machine has seen %(seen)s entries; the database has %(end)s.")
            % {"seen": anchor.seq, "end": last_seq},
        )
    if anchor.seq and anchored_hash != anchor.hash:
        return Verdict(
            last_seq, anchor.seq, _("Entry %(seq)s is not the one this machine has seen.") % {"seq": anchor.seq}
        )
    return Verdict(last_seq, None, "")

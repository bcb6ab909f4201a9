"""`manage.py audit verify`: is the action log whole?  `manage.py audit anchor`: start anew after a restore."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from courses.people.models import ActionLogHead
from courses.people.services.audit import log_action, write_anchor
from courses.people.services.verify import verify_log


class Command(BaseCommand):
    help = "Check the action log (verify), or accept a restored database as the truth (anchor)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["verify", "anchor"])

    def handle(self, *args: Any, what: str, **options: Any) -> None:
        if what == "anchor":
            self._anchor()
        else:
            self._verify()

    def _verify(self) -> None:
        verdict = verify_log()
        if verdict.is_good:
            self.stdout.write(_("The action log is whole: %(count)s entries.") % {"count": verdict.entries})
            return
        self.stderr.write(
            _("The action log is broken at entry %(seq)s: %(reason)s")
            % {"seq": verdict.broken_at, "reason": verdict.reason}
        )
        self.stderr.write(
            _("Keep this database as it is, compare it with the last backup, and ask who had access since.")
        )
        sys.exit(1)

    def _anchor(self) -> None:
        entry = log_action(actor=None, action="people.audit.anchor")
        write_anchor(ActionLogHead.objects.get(pk=ActionLogHead.SINGLE), force=True)
        self.stdout.write(_("From entry %(seq)s on, this machine vouches for the log again.") % {"seq": entry.seq})

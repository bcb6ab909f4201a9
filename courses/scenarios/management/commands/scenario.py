"""`manage.py scenario lint|simulate|measure`: check a definition, play it by script, measure a recording."""

import argparse
import json
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.scenarios.engine.events import BadEvent
from courses.scenarios.engine.log import replay
from courses.scenarios.engine.run import NotOffered
from courses.scenarios.engine.script import Script, read_script
from courses.scenarios.language.lint import lint_file
from courses.scenarios.language.load import load
from courses.scenarios.language.messages import line
from courses.scenarios.motion import Source, measure_csv
from courses.scenarios.motion.measure import BadSignal
from courses.scenarios.scoring.score import report


class Verb(argparse.ArgumentParser):
    """Plain argparse, since Django's class wants arguments of its own; a wrong word is exit 1 like any error."""

    def error(self, message: str) -> NoReturn:
        self.exit(1, f"{self.format_usage()}{message}\n")


class Command(BaseCommand):
    help = "Check a scenario definition, play it by a script of events, or measure recorded compressions."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, parser_class=Verb)
        lint = verbs.add_parser("lint")
        lint.add_argument("file", type=Path)
        simulate = verbs.add_parser("simulate")
        simulate.add_argument("file", type=Path)
        simulate.add_argument("--events", type=Path, required=True)
        simulate.add_argument("--seed", type=int)
        simulate.add_argument("--mode", choices=["guided", "practice", "exam"])
        simulate.add_argument("--profile")
        measure = verbs.add_parser("measure")
        measure.add_argument("file", type=Path)
        measure.add_argument("--source", choices=[source.value for source in Source], required=True)

    def handle(self, *args: Any, verb: str, file: Path, **options: Any) -> None:
        try:
            if verb == "lint":
                self._lint(file)
            elif verb == "simulate":
                self._simulate(file, options)
            else:
                self._measure(file, Source(options["source"]))
        except OSError as wrong:
            name = wrong.filename or file
            problem = {"file": name, "problem": wrong.strerror}
            raise CommandError(_("%(file)s cannot be read: %(problem)s.") % problem) from wrong

    def _lint(self, file: Path) -> None:
        findings = lint_file(file)
        for finding in findings:
            self.stdout.write(line(finding, str(file)))
        errors = sum(1 for finding in findings if not finding.warning)
        if errors:
            message = ngettext("%(n)s error in %(file)s.", "%(n)s errors in %(file)s.", errors)
            raise CommandError(message % {"n": errors, "file": file})
        self.stdout.write(_("%(file)s: no errors.") % {"file": file})

    def _simulate(self, file: Path, options: dict[str, Any]) -> None:
        for finding in (found for found in lint_file(file) if not found.warning):
            raise CommandError(line(finding, str(file)))
        definition = load(file)
        script = self._script(options["events"])
        seed = options["seed"] if options["seed"] is not None else script.seed or 0
        try:
            run = replay(
                definition,
                script.events,
                mode=options["mode"] or script.mode or next(iter(definition.modes)),
                profile=options["profile"] or script.profile or definition.profiles[0],
                seed=seed,
                roles=script.roles,
            )
        except NotOffered as wrong:
            offered = {"modes": definition.modes, "profiles": definition.profiles, "roles": definition.roles}
            values = {"value": wrong.value, "offered": ", ".join(offered[f"{wrong.code}s"]) or "-"}
            raise CommandError(
                _("This scenario does not offer “%(value)s”. It offers: %(offered)s.") % values
            ) from wrong
        self.stdout.write(json.dumps(report(run), ensure_ascii=False, indent=2))

    def _script(self, file: Path) -> Script:
        try:
            return read_script(file)
        except (json.JSONDecodeError, UnicodeDecodeError) as wrong:
            raise CommandError(
                _("%(file)s is not valid JSON: %(problem)s.") % {"file": file, "problem": wrong}
            ) from wrong
        except BadEvent as wrong:
            values = {"file": file, "code": wrong.code, "value": wrong.value}
            raise CommandError(_("An event in %(file)s is wrong (%(code)s): %(value)s.") % values) from wrong

    def _measure(self, file: Path, source: Source) -> None:
        try:
            measurement = measure_csv(file, source)
        except UnicodeDecodeError as wrong:
            raise CommandError(_("%(file)s is not UTF-8 text.") % {"file": file}) from wrong
        except BadSignal as wrong:
            raise CommandError(self._signal_sentence(file, wrong)) from wrong
        found = [
            {"t_s": round(c.t_s, 4), "depth_mm": round(c.depth_mm, 2), "recoil": c.recoil}
            for c in measurement.compressions
        ]
        summary = measurement.summary
        result = {"rate_cpm": round(summary.rate_cpm, 3), "ccf": round(summary.ccf, 4), "compressions": found}
        self.stdout.write(json.dumps(result))

    def _signal_sentence(self, file: Path, wrong: BadSignal) -> str:
        sentences = {
            "columns": _("%(file)s needs the columns t_s,x,y,z in its first line; it has: %(value)s."),
            "number": _("%(file)s, line %(line)s: “%(value)s” is not a number."),
            "time": _("%(file)s, line %(line)s: the time %(value)s is not later than the line before."),
            "empty": _("%(file)s holds fewer than two samples, so there is nothing to measure."),
        }
        return sentences[wrong.code] % {"file": file, "line": wrong.line, "value": wrong.value}

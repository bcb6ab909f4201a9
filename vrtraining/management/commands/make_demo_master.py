"""`manage.py make_demo_master OUT`: render the demo's 360 master."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from vrtraining.demo.render import make_master


class Command(BaseCommand):
    help = "Render a resuscitation bay as an equirectangular film with sound (H.264 + AAC in MP4)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("out", type=Path)
        parser.add_argument("--width", type=int, default=3840, help="pixels; the height is half of it")
        parser.add_argument("--seconds", type=float, default=16.0)

    def handle(self, *args: Any, **options: Any) -> None:
        if not 256 <= options["width"] <= 8192 or options["width"] % 4:
            raise CommandError("--width must be a multiple of 4 between 256 and 8192.")
        if not 0.5 <= options["seconds"] <= 600:
            raise CommandError("--seconds must be between 0.5 and 600.")
        shows_progress = sys.stderr.isatty()

        def told(step: str, share: float) -> None:
            if shows_progress:
                self.stderr.write(f"\r{step} {share:4.0%}  ", ending="")

        make_master(options["out"], width=options["width"], seconds=options["seconds"], told=told)
        self.stdout.write(str(options["out"]))

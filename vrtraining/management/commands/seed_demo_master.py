"""`manage.py seed_demo_master`: what `serve` runs beside the web server on a first start."""

import logging
import os
from typing import Any

from django.core.management.base import BaseCommand

from vrtraining.demo.seed import demo_master_is_missing, seed_demo_master

log = logging.getLogger("demo")


class Command(BaseCommand):
    help = "Render the demo's 360 master and hand it to the library, if its lesson still waits for it."

    def handle(self, *args: Any, **options: Any) -> None:
        if not demo_master_is_missing():
            return
        os.nice(5)  # the visitor's first pages come first
        log.info("the demo master is being rendered")
        seed_demo_master(lambda step, share: log.debug("demo master: %s %.0f %%", step, share * 100))
        log.info("the demo master is in the library")

"""`manage.py serve`: start the centre on this machine and keep it running."""

import os
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from vrtraining.demo.seed import demo_master_is_missing, seed_demo
from vrtraining.serve import lan, presence, processes
from vrtraining.serve.children import Supervisor

EVERY_ADDRESS = "0.0.0.0"  # noqa: S104 - what --lan asks for


class Command(BaseCommand):
    help = "Start the whole centre on this machine: broker, web, workers, and a demo on the first start."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--lan", action="store_true", help="serve HTTPS to the headsets in this network")
        parser.add_argument("--courses-only", action="store_true", help="demo people and courses, but no 360 master")
        parser.add_argument("--no-demo", action="store_true", help="start empty: no demo people, courses or master")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            lock = presence.hold(settings.DATA_DIR)
        except presence.AlreadyServing as error:
            running = presence.find(settings.DATA_DIR)
            where = f" at {running.url}" if running else ""
            raise CommandError(f"A centre already runs on {error}{where}. Stop it, or set another DATA_DIR.") from error
        supervisor = Supervisor()
        supervisor.stop_on_signals()
        with lock:
            try:
                self._start(supervisor, options)
                supervisor.run()
            finally:
                self.stdout.write("Stopping …")
                supervisor.stop()

    def _start(self, supervisor: Supervisor, options: dict[str, Any]) -> None:
        if not settings.REDIS_URL_IS_GIVEN:
            supervisor.add(processes.broker())
        processes.wait_for_broker()
        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        host, tls = settings.HOST, None
        url = f"http://{'localhost' if host in {'127.0.0.1', EVERY_ADDRESS} else host}:{settings.PORT}/"
        if options["lan"]:
            addresses = lan.lan_addresses()
            host, tls = EVERY_ADDRESS, lan.certificate_for(addresses, settings.DATA_DIR / "tls")
            url = f"https://{addresses[0]}:{settings.PORT}/"
            os.environ["SERVES_HTTPS"] = "1"
        supervisor.add(processes.web(host, settings.PORT, tls))
        # The demo is written while the web process loads: the first page comes sooner.
        accounts = [] if options["no_demo"] else seed_demo()
        supervisor.add(processes.transcoder())
        supervisor.add(processes.light_worker())
        supervisor.add(processes.beat())
        if not (options["no_demo"] or options["courses_only"]) and demo_master_is_missing():
            supervisor.add(processes.demo_master())
        presence.announce(settings.DATA_DIR, presence.Presence(os.getpid(), url, settings.REDIS_URL))
        self._greet(url, accounts, use_lan=options["lan"])

    def _greet(self, url: str, accounts: list[tuple[str, str, str]], *, use_lan: bool) -> None:
        self.stdout.write(f"\nThe training centre is open at  {url}\n")
        if use_lan:
            self.stdout.write("Point the headset's camera here (the browser will warn once: the certificate is this")
            self.stdout.write(f"machine's own):\n\n{lan.qr_text(url)}\n")
        if accounts:
            self.stdout.write("\nDemo accounts (shown this once, kept nowhere in clear):")
            for role, username, password in accounts:
                self.stdout.write(f"  {role:<14} {username:<14} {password}")
        self.stdout.write("\nCtrl-C stops everything.\n")
        self.stdout.flush()

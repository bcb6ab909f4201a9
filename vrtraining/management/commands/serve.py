"""`manage.py serve`: start the centre on this machine and keep it running."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import Tags
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from vrtraining.demo.seed import demo_master_is_missing, seed_demo
from vrtraining.serve import lan, presence, processes
from vrtraining.serve.children import Supervisor

EVERY_ADDRESS = "0.0.0.0"  # noqa: S104 - what --lan asks for


def _static_files_are_built() -> bool:
    """Whether `make setup` has hashed and compressed the present front end: that takes longer than all else here."""
    manifest = settings.STATIC_ROOT / "staticfiles.json"
    if not manifest.exists():
        return False
    sources = (path for _, folder in settings.STATICFILES_DIRS for path in Path(folder).rglob("*"))
    return max((path.stat().st_mtime for path in sources), default=0.0) <= manifest.stat().st_mtime


class Command(BaseCommand):
    help = "Start the whole centre on this machine: broker, web, workers, and a demo on the first start."
    # Of the settings. The others load every page, which the web process does meanwhile.
    requires_system_checks = [Tags.security]

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
        """The web process loads while this one makes tables and demo; workers come when the first page can be asked."""
        host, url, tls = self._address(use_lan=options["lan"])
        if processes.port_is_taken(host, settings.PORT):
            raise CommandError(f"Port {settings.PORT} of {host} is taken. Stop who uses it, or choose another: PORT=…")
        if not settings.REDIS_URL_IS_GIVEN:
            supervisor.add(processes.broker())
        if not _static_files_are_built():
            call_command("collectstatic", interactive=False, verbosity=0)
        web = supervisor.add(processes.web(host, settings.PORT, tls))
        processes.wait_for_broker()
        call_command("migrate", interactive=False, verbosity=0)
        accounts = [] if options["no_demo"] else seed_demo()
        web.let_go()
        if not processes.wait_for_web(web, host, settings.PORT, lambda: supervisor.stopping):
            if supervisor.stopping:
                return
            raise CommandError("The web server did not start. What it says about that stands above.")
        presence.announce(settings.DATA_DIR, presence.Presence(os.getpid(), url, settings.REDIS_URL))
        self._greet(url, accounts, use_lan=options["lan"])
        supervisor.add(processes.transcoder())
        supervisor.add(processes.light_worker())
        supervisor.add(processes.beat())
        if not (options["no_demo"] or options["courses_only"]) and demo_master_is_missing():
            supervisor.add(processes.demo_master())

    def _address(self, *, use_lan: bool) -> tuple[str, str, tuple[Path, Path] | None]:
        """Where to listen, the address for people, and key and certificate when it is to be HTTPS."""
        host = settings.HOST
        if not use_lan:
            name = "localhost" if host in {"127.0.0.1", EVERY_ADDRESS} else host
            return host, f"http://{name}:{settings.PORT}/", None
        addresses = lan.lan_addresses()
        os.environ["SERVES_HTTPS"] = "1"
        tls = lan.certificate_for(addresses, settings.DATA_DIR / "tls")
        return EVERY_ADDRESS, f"https://{addresses[0]}:{settings.PORT}/", tls

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

"""One web process: daphne, with everything loaded before it listens.

    python -m vrtraining.serve.web -b 127.0.0.1 -p 8000

Arguments are daphne's, but for the application. It listens when its standard input ends: `serve` keeps that open until
tables and demo are there; elsewhere it is /dev/null.
"""

import gc
import sys
import tempfile


def load() -> None:
    """Import everything that pages need, so that the first visitor does not wait for it."""
    # What is loaded now stays for good: looking through it for garbage again and again costs a sixth of the start.
    gc.disable()
    from daphne import server  # noqa: F401 - first: it chooses Twisted's reactor
    from django.urls import get_resolver

    from vrtraining import asgi  # noqa: F401 - loads the apps

    get_resolver().url_patterns  # noqa: B018 - loads the pages
    gc.freeze()
    gc.enable()


def keep_to_data_dir() -> None:
    """Twisted puts each piece of an upload into a file without a name: on the disk that uploads are meant for."""
    from django.conf import settings

    folder = settings.DATA_DIR / "tmp"
    folder.mkdir(parents=True, exist_ok=True)
    tempfile.tempdir = str(folder)


def main() -> None:
    load()
    keep_to_data_dir()
    sys.stdin.buffer.read()
    from daphne.cli import CommandLineInterface

    CommandLineInterface().run([*sys.argv[1:], "vrtraining.asgi:application"])


if __name__ == "__main__":
    main()

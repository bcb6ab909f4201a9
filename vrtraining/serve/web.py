"""One web process: daphne, with everything loaded before it listens.

    python -m vrtraining.serve.web -b 127.0.0.1 -p 8000

Arguments are daphne's, but for the application. It listens when its standard input ends: `serve` keeps that open until
tables and demo are there; elsewhere it is /dev/null.
"""

import gc
import sys


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


def main() -> None:
    load()
    sys.stdin.buffer.read()
    from daphne.cli import CommandLineInterface

    CommandLineInterface().run([*sys.argv[1:], "vrtraining.asgi:application"])


if __name__ == "__main__":
    main()

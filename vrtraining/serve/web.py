"""The web process of a house: daphne, loaded while `serve` still makes the tables.

Arguments are daphne's. It listens when its standard input ends: `serve` keeps that open until the data are there.
"""

import gc
import sys


def load() -> None:
    """Import everything that pages need, so that the first visitor does not wait for it."""
    # What is loaded now stays for good: looking through it for garbage again and again costs a sixth of the start.
    gc.disable()
    from daphne.cli import CommandLineInterface  # noqa: F401 - first: it chooses Twisted's reactor
    from django.urls import get_resolver

    from vrtraining import asgi  # noqa: F401 - loads the apps

    get_resolver().url_patterns  # noqa: B018 - loads the pages
    gc.freeze()
    gc.enable()


def main() -> None:
    load()
    sys.stdin.buffer.read()
    from daphne.cli import CommandLineInterface

    CommandLineInterface().run(sys.argv[1:])


if __name__ == "__main__":
    main()

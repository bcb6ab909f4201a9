"""Compiles every message catalogue (.po) of the house, so that no gettext tools are needed on the machine.

python -m vrtraining.messages
"""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

BASE_DIR = Path(__file__).resolve().parent.parent


def catalogues() -> list[Path]:
    """All .po files of the wings and of the house."""
    wings = (wing / "locale" for parent in ("courses", "streaming") for wing in sorted((BASE_DIR / parent).iterdir()))
    roots = [BASE_DIR / "locale", BASE_DIR / "codec_native" / "locale", *wings]
    return [po for root in roots for po in sorted(root.glob("*/LC_MESSAGES/django.po"))]


def compile_catalogue(po: Path) -> Path:
    with po.open("rb") as source:
        catalogue = read_po(source, locale=po.parent.parent.name)
    mo = po.with_suffix(".mo")
    with mo.open("wb") as target:
        write_mo(target, catalogue)
    return mo


if __name__ == "__main__":
    for catalogue_path in catalogues():
        compile_catalogue(catalogue_path)

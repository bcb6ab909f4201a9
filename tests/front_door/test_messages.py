"""Every sentence a person reads exists in Chinese."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

from vrtraining.messages import BASE_DIR, catalogues

KEYWORDS = {
    name: spec
    for names, spec in (
        (("gettext", "gettext_lazy", "gettext_noop", "_"), None),
        (("ngettext", "ngettext_lazy"), (1, 2)),
        (("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
        (("npgettext",), ((1, "c"), 2, 3)),
    )
    for name in names
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w*)\}")


def sources() -> Iterator[tuple[Path, str]]:
    """Each file of the house that may hold text, as Python that xgettext-like extraction understands."""
    for wing in ("vrtraining", "courses", "streaming", "codec_native"):
        for path in (BASE_DIR / wing).rglob("*.py"):
            yield path, path.read_text()
    for path in (BASE_DIR / "templates").rglob("*.*"):
        if path.suffix in {".html", ".txt"}:
            yield path, templatize(path.read_text(), origin=str(path))


def sentences_of_c() -> set[str]:
    """String literals of the codec's C: its Python face looks their translations up as they come out."""
    literal = re.compile(r'"(?:[^"\\\n]|\\.)*"(?:\s*"(?:[^"\\\n]|\\.)*")*')
    found = set()
    for path in (BASE_DIR / "codec_native" / "src").rglob("*.c"):
        for match in literal.findall(path.read_text()):
            found.add("".join(re.findall(r'"((?:[^"\\\n]|\\.)*)"', match)))
    return found


def used_messages() -> dict[tuple[str | None, str], Path]:
    found: dict[tuple[str | None, str], Path] = {}
    for path, text in sources():
        for _, ids, _, context in extract("python", io.BytesIO(text.encode()), KEYWORDS, ()):
            first = ids[0] if isinstance(ids, tuple) else ids
            if first:
                found[(context, first)] = path
    return found


def translated_messages() -> dict[tuple[str | None, str], Message]:
    found: dict[tuple[str | None, str], Message] = {}
    for po in catalogues():
        with po.open("rb") as file:
            for message in read_po(file, locale="zh_Hans"):
                if message.id and not message.fuzzy:
                    first = message.id[0] if isinstance(message.id, tuple) else message.id
                    text = message.string if isinstance(message.string, tuple) else (message.string,)
                    if all(text):
                        found[(message.context, str(first))] = message
    return found


def test_every_text_of_code_and_templates_has_a_chinese_translation() -> None:
    translated = translated_messages()
    missing = {
        f"{path.relative_to(BASE_DIR)}: {key[1]!r}" for key, path in used_messages().items() if key not in translated
    }
    assert not missing, f"{len(missing)} texts are not translated:\n" + "\n".join(sorted(missing))


def test_translations_keep_the_placeholders() -> None:
    wrong = []
    for (_, english), message in translated_messages().items():
        for chinese in message.string if isinstance(message.string, tuple) else [message.string]:
            if set(PLACEHOLDER.findall(english)) != set(PLACEHOLDER.findall(chinese)):
                wrong.append(f"{english!r} -> {chinese!r}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("po", catalogues(), ids=lambda po: str(po.relative_to(BASE_DIR)))
def test_catalogues_hold_no_text_that_nobody_uses(po: Path) -> None:
    used = used_messages()
    with po.open("rb") as file:
        messages = [m for m in read_po(file, locale="zh_Hans") if m.id]
    spoken = sentences_of_c() if po.is_relative_to(BASE_DIR / "codec_native") else set()
    keys = [(m.context, str(m.id[0] if isinstance(m.id, tuple) else m.id)) for m in messages]
    stale = [key for key in keys if key not in used and key[1] not in spoken]
    assert not stale, f"{po}: {stale}"

"""The look in numbers: contrast of the tokens, the two dark themes alike, no style or script inside a page."""

import re
from pathlib import Path

import pytest
from django.conf import settings

CSS = Path(settings.BASE_DIR) / "static" / "css"
TOKENS = (CSS / "tokens.css").read_text("utf-8")
TEMPLATES = sorted((Path(settings.BASE_DIR) / "templates").rglob("*.html"))

# What stands on what; 4.5 for text, 3 for edges of fields, focus rings and icons (WCAG 2.2, 1.4.3 and 1.4.11).
PAIRS = [
    *((text, paper, 4.5) for text in ("text", "muted", "accent", "alarm") for paper in ("bg", "surface", "surface-2")),
    ("text", "accent-soft", 4.5),
    ("text", "alarm-soft", 4.5),
    ("accent", "accent-soft", 4.5),
    ("alarm", "alarm-soft", 4.5),
    ("accent-hover", "surface-2", 4.5),
    ("middling", "surface", 4.5),
    ("middling", "surface-2", 3),
    ("on-accent", "accent", 4.5),
    ("on-accent", "accent-hover", 4.5),
    ("on-alarm", "alarm", 4.5),
    ("on-alarm", "alarm-hover", 4.5),
    ("bg", "text", 4.5),
    ("line-strong", "surface", 3),
    ("line-strong", "bg", 3),
]


def theme(selector: str) -> dict[str, str]:
    """The colour tokens of one block of tokens.css."""
    block = TOKENS[TOKENS.index(selector) :]
    block = block[block.index("{", len(selector) - 1) : block.index("}")]
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", block))


THEMES = {
    "light": theme(":root {"),
    "dark of the device": theme(':root:not([data-theme="light"]) {'),
    "dark chosen": theme(':root[data-theme="dark"],\n.theme-dark {'),
}


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("name", THEMES)
def test_everything_written_can_be_read(name):
    colours = THEMES[name]
    weak = {
        (front, back): round(contrast(colours[front], colours[back]), 2)
        for front, back, least in PAIRS
        if contrast(colours[front], colours[back]) < least
    }
    assert not weak


def test_the_dark_theme_is_the_same_chosen_or_from_the_device():
    assert THEMES["dark of the device"] == THEMES["dark chosen"]
    assert THEMES["light"].keys() == THEMES["dark chosen"].keys()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR / "templates")))
def test_no_page_carries_style_or_script_of_its_own(path):
    text = path.read_text("utf-8")
    assert not re.search(r"\sstyle\s*=", text)
    assert "<style" not in text
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text)
    for tag in re.findall(r"<script\b[^>]*>", text):
        assert "src=" in tag or "application/json" in tag, tag


def test_no_stylesheet_fetches_from_elsewhere():
    for path in CSS.rglob("*.css"):
        assert not re.search(r"url\(|https?://", path.read_text("utf-8")), path.name


def test_colours_outside_the_tokens_stand_only_on_pictures_and_qr_codes():
    for path in CSS.glob("*.css"):
        if path.name in {"tokens.css", "home.css", "catalog.css", "people.css"}:
            continue
        assert not re.search(r"#[0-9a-f]{3,6}\b", path.read_text("utf-8")), path.name

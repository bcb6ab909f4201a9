"""Articles: Markdown that is safe whoever wrote it, and the icons of every page."""

import pytest
from django.template import Context, Template

from courses.catalog.markdown import illustrations, render_article
from vrtraining.templatetags.ui import icon


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        "[x](javascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        '[x](https://a.example/"onmouseover="alert(1))',
        "![x](https://evil.example/pixel.png)",
        "![x](illustration:../../etc/passwd)",
        '![" onerror="alert(1)](illustration:cpr-hands)',
        "<style>body{display:none}</style>",
    ],
)
def test_nothing_an_author_writes_becomes_active(text):
    html = render_article(text)
    assert "<script" not in html and "<style" not in html
    assert 'href="javascript:' not in html and 'href="data:' not in html
    assert '" onerror="' not in html and '"onmouseover' not in html
    assert "evil.example" not in html.replace("&", "") or "<img" not in html


def test_headings_begin_under_the_page_title():
    html = render_article("# One\n\n## Two\n\n###### Six")
    assert "<h2>One</h2>" in html and "<h3>Two</h3>" in html and "<h6>Six</h6>" in html
    assert "<h1>" not in html


def test_tables_lists_and_our_illustrations_are_drawn():
    html = render_article("| a | b |\n|---|---|\n| 1 | 2 |\n\n1. x\n2. y\n\n![Hands](illustration:cpr-hands)")
    assert "<table>" in html and "<ol>" in html
    assert "img/articles/cpr-hands" in html and 'alt="Hands"' in html


def test_every_illustration_of_the_demo_texts_exists():
    from courses.catalog.demo import TEXTS

    named = {part.split(")")[0] for path in TEXTS.glob("*.md") for part in path.read_text().split("illustration:")[1:]}
    assert named and named <= illustrations()


def test_icons_are_hidden_from_screen_readers_and_only_ours_are_drawn():
    drawn = Template("{% load ui %}{% icon 'play' %}").render(Context())
    assert drawn.startswith('<svg class="icon"') and 'aria-hidden="true"' in drawn
    with pytest.raises(ValueError, match="not an icon name"):
        icon("../../../etc/passwd")
    with pytest.raises(FileNotFoundError):
        icon("no-such-icon")

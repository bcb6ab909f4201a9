"""Articles: Markdown to HTML that is safe to show, whoever wrote it."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from django.conf import settings
from django.templatetags.static import static
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

ILLUSTRATION = re.compile(r"illustration:([a-z0-9-]+)")
ILLUSTRATIONS = "img/articles"


class ArticleRenderer(RendererHTML):
    """Headings start at h2 under the page's h1; pictures are our own illustrations only."""

    def heading_open(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
        return f"<{_lower(tokens[index].tag)}>"

    def heading_close(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
        return f"</{_lower(tokens[index].tag)}>\n"

    def image(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
        token = tokens[index]
        words = self.renderInlineAsText(token.children or [], options, env)
        address = ILLUSTRATION.fullmatch(str(token.attrs.get("src", "")))
        if address and address[1] in illustrations():
            return format_html(
                '<img class="article__picture" src="{}" alt="{}" loading="lazy">',
                static(f"{ILLUSTRATIONS}/{address[1]}.webp"),
                words,
            )
        return format_html("<em>{}</em>", words or _("Illustration"))

    def link_open(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
        return f'<a href="{escape(str(tokens[index].attrs.get("href", "")))}" rel="noopener nofollow">'


def _lower(tag: str) -> str:
    """h1 becomes h2 and so on; h6 stays."""
    return f"h{min(int(tag[1]) + 1, 6)}"


@cache
def illustrations() -> frozenset[str]:
    """Names that may stand after "illustration:" in an article."""
    return frozenset(path.stem for path in (settings.BASE_DIR / "static" / ILLUSTRATIONS).glob("*.webp"))


@cache
def _parser() -> Any:
    return MarkdownIt("commonmark", {"html": False, "linkify": False}, renderer_cls=ArticleRenderer).enable("table")


def render_article(text: str) -> SafeString:
    """HTML of a Markdown text. HTML in the source is shown as text; links are http(s), mailto or relative."""
    return mark_safe(_parser().render(text))  # noqa: S308 - html is off, our renderer escapes

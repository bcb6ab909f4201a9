"""Template tags that every page may use: icons, and the navigation that fits the person's role."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from django import template
from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

register = template.Library()
ICON_NAME = re.compile(r"[a-z0-9-]+")


@cache
def _icon_body(name: str) -> str:
    """The drawing inside the <svg> element of a Lucide icon; raises FileNotFoundError for an unknown name."""
    if not ICON_NAME.fullmatch(name):
        raise ValueError(f"not an icon name: {name!r}")
    source = (settings.BASE_DIR / "static" / "img" / "icons" / f"{name}.svg").read_text("utf-8")
    body = source[source.index(">", source.index("<svg")) + 1 : source.rindex("</svg>")]
    return " ".join(body.split())


@register.simple_tag
def icon(name: str, css_class: str = "") -> SafeString:
    """A Lucide icon from static/img/icons, drawn in the text's colour; decoration only, so give the word beside it."""
    if css_class and not re.fullmatch(r"[\w -]+", css_class):
        raise ValueError(f"not a class name: {css_class!r}")
    css = f"icon {css_class}".strip()
    return mark_safe(  # noqa: S308 - name and class are checked, the body is our own file
        f'<svg class="{css}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" '
        f'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">{_icon_body(name)}</svg>'
    )


@dataclass(frozen=True)
class NavEntry:
    """One word of the main navigation; `roles` None means everybody."""

    label: Any
    url_name: str
    icon: str
    roles: frozenset[str] | None = None


TEACHES = frozenset({"instructor", "administrator"})
NAVIGATION = [
    NavEntry(_("Home"), "home", "house"),
    NavEntry(_("Courses"), "catalog:courses", "book-open"),
    NavEntry(_("Scenarios"), "scenarios:scenarios", "heart-pulse"),
    NavEntry(_("Studio"), "catalog:studio", "pencil-ruler", TEACHES),
    NavEntry(_("Library"), "library:masters", "film", TEACHES),
    NavEntry(_("People"), "people:people", "users", frozenset({"administrator", "auditor"})),
    NavEntry(_("Cohorts"), "people:cohorts", "users-round", frozenset({"instructor"})),
]


@register.simple_tag(takes_context=True)
def navigation(context: template.Context) -> list[dict[str, Any]]:
    """The entries of NAVIGATION that the person's role opens, as {label, url, icon, current}."""
    request = context.get("request")
    if request is None:
        return []
    role = getattr(getattr(request, "user", None), "role", "")
    entries = []
    for entry in NAVIGATION:
        if entry.roles is not None and role not in entry.roles:
            continue
        try:
            url = reverse(entry.url_name)
        except NoReverseMatch:
            continue
        entries.append({"label": entry.label, "url": url, "icon": entry.icon, "current": False})
    here = [entry for entry in entries if request.path == entry["url"] or _is_room_of(entry["url"], request.path)]
    # One's own account lies below the people's pages, but is none of their rooms.
    if here and not request.path.startswith(reverse("people:me")):
        max(here, key=lambda entry: len(entry["url"]))["current"] = True
    return entries


def _is_room_of(url: str, path: str) -> bool:
    return url != "/" and path.startswith(url)


@register.simple_tag(takes_context=True)
def theme(context: template.Context) -> str:
    """The appearance chosen in this browser: "light", "dark" or "system"."""
    request = context.get("request")
    chosen = request.COOKIES.get("theme", "") if request is not None else ""
    return chosen if chosen in {"light", "dark"} else "system"

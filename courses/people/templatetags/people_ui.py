"""Template tags of this wing: form fields with labels, hints and errors; rooms of the wing by permission."""

from functools import cache
from importlib import import_module
from typing import Any

from django import template
from django.apps import apps
from django.forms import BoundField, CheckboxInput, Select, Textarea
from django.urls import reverse
from django.utils.module_loading import module_has_submodule
from django.utils.translation import gettext as _

from courses.people import permissions
from courses.people.forms import PASSWORD_HINT

register = template.Library()


@cache
def action_labels() -> dict[str, Any]:
    """Action -> its words, from the `actions` module of every wing that has one."""
    labels: dict[str, Any] = {}
    for config in apps.get_app_configs():
        if config.module and module_has_submodule(config.module, "actions"):
            labels.update(getattr(import_module(f"{config.name}.actions"), "ACTION_LABELS", {}))
    return labels


@register.filter
def in_words(action: str) -> str:
    """An action of the log as a person would say it; the action itself when its wing has gone."""
    return str(action_labels().get(action, action))


@register.inclusion_tag("people/parts/field.html")
def field(bound: BoundField, label: str = "") -> dict[str, Any]:
    """One field: label (the form's, or `label`), control, hint, errors. Django itself ties hint and errors to the
    control (aria-describedby). A new password gets one sentence instead of the validators' list."""
    widget = bound.field.widget
    is_check = isinstance(widget, CheckboxInput)
    css = "" if is_check else "select" if isinstance(widget, Select) else "input"
    attrs: dict[str, Any] = {"class": css} if css else {}
    if not isinstance(widget, CheckboxInput | Select | Textarea):
        attrs["placeholder"] = ""
    if bound.name == "password1":
        bound.help_text = PASSWORD_HINT
    return {
        "field": bound,
        "label": label or bound.label,
        "control": bound.as_widget(attrs=attrs),
        "is_check": is_check,
    }


@register.inclusion_tag("people/parts/rooms.html", takes_context=True)
def people_rooms(context: template.Context, current: str) -> dict[str, Any]:
    """The tabs of the people pages that this person may open."""
    user = context["request"].user
    rooms = [
        ("people", _("People"), permissions.SEE_PEOPLE),
        ("cohorts", _("Cohorts"), permissions.SEE_COHORTS),
        ("consents", _("Consents"), permissions.SEE_CONSENTS),
        ("audit", _("Action log"), permissions.SEE_AUDIT),
    ]
    open_rooms = [
        {"label": label, "url": reverse(f"people:{name}"), "current": name == current}
        for name, label, permission in rooms
        if user.has_perm(permission)
    ]
    return {"rooms": open_rooms if len(open_rooms) > 1 else []}

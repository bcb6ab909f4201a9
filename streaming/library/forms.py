"""Forms of the library's pages."""

from django import forms
from django.utils.translation import gettext_lazy as _

from streaming.library.models import Projection, Stereo


class LayoutForm(forms.Form):
    """What the picture shows, when the file says it wrongly or not at all."""

    projection = forms.ChoiceField(
        label=_("Picture"),
        choices=[choice for choice in Projection.choices if choice[0] != Projection.UNSUPPORTED],
    )
    stereo = forms.ChoiceField(label=_("Eyes"), choices=Stereo.choices)
    steady = forms.TypedChoiceField(
        label=_("When the camera turns"),
        choices=[("yes", _("The picture stands still")), ("no", _("The picture turns with it"))],
        coerce=lambda value: value == "yes",
        required=False,
        empty_value=None,
    )


class TitleForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=200)

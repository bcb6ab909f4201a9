"""The forms of this wing's pages. They check what was typed; permission and state are the services' part."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from courses.people.models import ConsentDocument, ConsentKind, Role, User
from courses.people.models.user import Language
from courses.people.selectors import current_document
from courses.people.services.consents import decide

PASSWORD_HINT = _("At least 10 characters; several words you remember are better than one with signs.")


class SignupExtras(forms.Form):
    """What signing up asks beyond allauth's own fields: a name, and a yes to the terms where there are any."""

    display_name = forms.CharField(label=_("Name (optional)"), max_length=80, required=False)
    terms = forms.BooleanField(label=_("I have read and accept the terms of use and privacy."))

    field_order = ("username", "display_name", "email", "password1", "password2", "terms")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.terms_document: ConsentDocument | None = current_document(ConsentKind.TERMS)
        if self.terms_document is None:
            del self.fields["terms"]

    def signup(self, request: HttpRequest, user: User) -> None:
        user.display_name = self.cleaned_data["display_name"].strip()
        user.save(update_fields=["display_name"])
        if self.terms_document is not None:
            decide(user=user, document=self.terms_document, given=True)


class ProfileForm(forms.Form):
    display_name = forms.CharField(
        label=pgettext_lazy("person", "Name"),
        max_length=80,
        required=False,
        help_text=_("What others see. Empty: your user name."),
    )
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        help_text=_("For signing in and for a new password, should you forget yours."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=Language.choices)


class FirstPasswordForm(forms.Form):
    password1 = forms.CharField(
        label=_("New password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=PASSWORD_HINT,
    )
    password2 = forms.CharField(
        label=_("The same again"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("password1") and data.get("password2") and data["password1"] != data["password2"]:
            self.add_error("password2", _("The two passwords differ. Type the same one twice."))
        return data


class PersonForm(forms.Form):
    username = forms.CharField(label=_("User name"), max_length=150)
    display_name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=80, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.TRAINEE)


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)


class PeopleFilter(forms.Form):
    q = forms.CharField(label=_("Name, user name or e-mail"), required=False)
    role = forms.ChoiceField(label=_("Role"), required=False, choices=[("", _("All roles")), *Role.choices])


class CohortForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80)
    description = forms.CharField(label=_("Description"), max_length=300, required=False)


class MembersForm(forms.Form):
    names = forms.CharField(
        label=_("User names or e-mail addresses"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=20000,
        help_text=_("One a line, or separated by commas."),
    )

    def clean_names(self) -> list[str]:
        text: str = self.cleaned_data["names"]
        for separator in ",;，；、\n\r\t":
            text = text.replace(separator, " ")
        return text.split()


class ImportForm(forms.Form):
    table = forms.FileField(label=_("Table (CSV)"), widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"}))


class AuditFilter(forms.Form):
    action = forms.CharField(
        label=_("Action begins with"), required=False, max_length=80, widget=forms.TextInput({"list": "actions"})
    )
    who = forms.CharField(label=_("Who (user name or e-mail)"), required=False, max_length=254)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))


class ConsentDocumentForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=ConsentKind.choices)
    required = forms.BooleanField(
        label=_("Needed to use the centre"),
        required=False,
        help_text=_("People are asked at their next sign-in and cannot go on without it."),
    )
    title_zh = forms.CharField(label=_("Title in Chinese"), max_length=120)
    title_en = forms.CharField(label=_("Title in English"), max_length=120)
    body_zh = forms.CharField(label=_("Text in Chinese"), widget=forms.Textarea(attrs={"rows": 10}), max_length=40000)
    body_en = forms.CharField(label=_("Text in English"), widget=forms.Textarea(attrs={"rows": 10}), max_length=40000)


class EraseForm(forms.Form):
    password = forms.CharField(
        label=_("Your password"),
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    sure = forms.BooleanField(label=_("I understand that this cannot be undone."))

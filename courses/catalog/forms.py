"""Forms of the studio."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.catalog.models import CaptionLanguage, Course, Lesson, Module, Situation
from streaming.library.models import Master


class HouseForm(forms.ModelForm):
    """Gives every widget the class that static/css/components.css draws."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for bound in self.fields.values():
            widget = bound.widget
            if isinstance(widget, forms.CheckboxInput):
                widget.attrs.setdefault("class", "checkbox")
            elif isinstance(widget, forms.Select):
                widget.attrs.setdefault("class", "select")
            else:
                widget.attrs.setdefault("class", "input")
        for name, bound in self.fields.items():
            if name.endswith("_zh"):
                bound.widget.attrs["lang"] = "zh-hans"
            elif name.endswith("_en"):
                bound.widget.attrs["lang"] = "en"

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        titles = {"title_zh", "title_en"}
        if titles <= set(self.fields) and not self.errors and not any(cleaned.get(name) for name in titles):
            self.add_error("title_zh", _("Give it a title in Chinese, in English, or both."))
        return cleaned


class CourseForm(HouseForm):
    class Meta:
        model = Course
        fields = ["title_zh", "title_en", "summary_zh", "summary_en", "audience", "access", "self_enrolment"]
        widgets = {
            "summary_zh": forms.Textarea(attrs={"rows": 4}),
            "summary_en": forms.Textarea(attrs={"rows": 4}),
        }
        help_texts = {
            "title_en": _("A course is offered in each language that has a title."),
            "self_enrolment": _("Only for courses by enrolment."),
        }


class ModuleForm(HouseForm):
    class Meta:
        model = Module
        fields = ["title_zh", "title_en"]


class LessonForm(HouseForm):
    def __init__(self, *args: Any, masters: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        situations = [("", _("Not on the home page")), *Situation.choices]
        self.fields["situation"].choices = situations  # type: ignore[attr-defined]
        self.fields["master"].queryset = masters if masters is not None else Master.objects.none()

    class Meta:
        model = Lesson
        fields = ["title_zh", "title_en", "kind", "minutes", "situation", "body_zh", "body_en", "master"]
        widgets = {
            "body_zh": forms.Textarea(attrs={"rows": 18}),
            "body_en": forms.Textarea(attrs={"rows": 18}),
        }
        help_texts = {
            "situation": _("In a public course, the home page leads to this lesson."),
        }


class NewLessonForm(HouseForm):
    class Meta:
        model = Lesson
        fields = ["kind", "title_zh", "title_en"]


class CaptionForm(forms.Form):
    language = forms.ChoiceField(
        label=_("Language"), choices=CaptionLanguage.choices, widget=forms.Select(attrs={"class": "select"})
    )
    file = forms.FileField(
        label=_("WebVTT file"),
        widget=forms.ClearableFileInput(attrs={"class": "input", "accept": ".vtt,text/vtt"}),
    )

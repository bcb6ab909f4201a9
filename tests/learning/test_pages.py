"""Every page of the catalogue and of learning: both languages, and HTML that a screen reader can follow."""

import re
from html.parser import HTMLParser

import pytest
from django.urls import reverse

from courses.catalog.demo import attach_demo_master, seed_demo_courses, wants_demo_master
from courses.catalog.models import Caption, Course, Lesson
from courses.learning.models import Enrolment
from courses.people.models import Role
from tests.catalog.people import browser, film, person

pytestmark = pytest.mark.django_db

VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
SVG_CLOSED = {"path", "circle", "rect", "line", "polyline", "polygon", "ellipse"}
CONTROLS = {"input", "select", "textarea"}


class Page(HTMLParser):
    """Reads a page strictly: nesting, ids, labels, headings, names of buttons and links."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[tuple[str, dict[str, str], list[str]]] = []
        self.ids: list[str] = []
        self.references: list[str] = []
        self.labelled: set[str] = set()
        self.controls: list[tuple[dict[str, str], bool]] = []
        self.headings: list[int] = []
        self.nameless: list[str] = []
        self.lang = ""
        self.feed(text)
        assert not self.open, f"never closed: {[tag for tag, _, _ in self.open]}"

    def handle_starttag(self, tag, attrs):
        values = {name: value or "" for name, value in attrs}
        assert len(values) == len(attrs), f"an attribute stands twice on <{tag}>"
        if tag == "html":
            self.lang = values.get("lang", "")
        if "id" in values:
            self.ids.append(values["id"])
        for name in ("aria-labelledby", "aria-describedby", "data-dialog", "aria-controls"):
            self.references += values.get(name, "").split()
        if tag == "label" and "for" in values:
            self.labelled.add(values["for"])
        if tag in CONTROLS and values.get("type") not in {"hidden", "submit"}:
            self.controls.append((values, any(open_tag == "label" for open_tag, _, _ in self.open)))
        if tag == "img":
            assert "alt" in values, f"a picture without alt: {values}"
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag in {"button", "a"}:
            assert not any(open_tag in {"button", "a"} for open_tag, _, _ in self.open), f"<{tag}> inside another"
        if tag == "form":
            assert not any(open_tag == "form" for open_tag, _, _ in self.open), "a form inside a form"
        if tag not in VOID:
            self.open.append((tag, values, []))

    def handle_startendtag(self, tag, attrs):
        assert tag in VOID | SVG_CLOSED, f"<{tag}/> does not close itself"

    def handle_data(self, data):
        for _tag, _values, words in self.open:
            words.append(data)

    def handle_endtag(self, tag):
        assert self.open and self.open[-1][0] == tag, f"</{tag}> closes {self.open[-1:]}"
        _tag, values, words = self.open.pop()
        if tag in {"button", "a"} and not ("".join(words).strip() or values.get("aria-label")):
            self.nameless.append(f"{tag} {values}")


@pytest.fixture
def house():
    """The demo courses with a film, an enrolled trainee, and the instructor who owns them."""
    author, learner = person(Role.INSTRUCTOR, "author"), person(Role.TRAINEE, "learner")
    seed_demo_courses(author, film(author).pk)
    Enrolment.objects.create(course=Course.objects.get(seed_key="team-resuscitation"), user=learner, source="self")
    return author, learner


def addresses() -> dict[str, str]:
    first_aid, draft = Course.objects.get(seed_key="first-aid"), Course.objects.get(seed_key="ward-round")
    article = Lesson.objects.get(title_en="Someone collapsed: CPR")
    lesson = Lesson.objects.get(kind="video360")
    team = Course.objects.get(seed_key="team-resuscitation")
    return {
        "home": reverse("home"),
        "courses": reverse("catalog:courses"),
        "no result": reverse("catalog:courses") + "?q=zzz",
        "course": first_aid.get_absolute_url(),
        "course by enrolment": team.get_absolute_url(),
        "article": article.get_absolute_url(),
        "film": lesson.get_absolute_url(),
        "studio": reverse("catalog:studio"),
        "new course": reverse("catalog:studio-new-course"),
        "outline": reverse("catalog:studio-course", args=[first_aid.pk]),
        "outline of a draft": reverse("catalog:studio-course", args=[draft.pk]),
        "details": reverse("catalog:studio-details", args=[first_aid.pk]),
        "people": reverse("learning:enrolments", args=[team.pk]),
        "new lesson": reverse("catalog:studio-new-lesson", args=[article.module_id]),
        "lesson": reverse("catalog:studio-lesson", args=[lesson.pk]),
        "article in the studio": reverse("catalog:studio-lesson", args=[article.pk]),
    }


def test_every_page_can_be_followed_by_a_screen_reader_in_both_languages(house):
    author, _learner = house
    for language, lang in (("zh-hans", "zh-hans"), ("en", "en")):
        client = browser(author, language)
        for name, address in addresses().items():
            answer = client.get(address)
            assert answer.status_code == 200, name
            page = Page(answer.content.decode())
            assert page.lang == lang, name
            twice = {one for one in page.ids if page.ids.count(one) > 1}
            assert not twice, (name, twice)
            assert set(page.references) <= set(page.ids), (name, set(page.references) - set(page.ids))
            unlabelled = [
                values
                for values, inside_label in page.controls
                if not (inside_label or values.get("id") in page.labelled or values.get("aria-label"))
            ]
            assert not unlabelled, (name, unlabelled)
            assert not page.nameless, (name, page.nameless)
            assert page.headings.count(1) == 1, (name, page.headings)
            steps = zip(page.headings, page.headings[1:], strict=False)
            assert all(after - before <= 1 for before, after in steps), (name, page.headings)


def test_the_language_is_switched_on_every_page_without_losing_the_place(house):
    author, _learner = house
    client = browser(author, "zh-hans")
    for name, address in addresses().items():
        text = client.get(address).content.decode()
        place = re.search(r'name="next" value="([^"]+)"', text)
        assert place and place[1] == address, name
        answer = client.post(reverse("set_language"), {"language": "en", "next": address})
        assert answer.url == address, name
        assert '<html lang="en"' in client.get(address).content.decode(), name
        client.post(reverse("set_language"), {"language": "zh-hans", "next": address})


def test_chinese_pages_hold_no_english_sentence_of_ours(house):
    author, _learner = house
    client = browser(author, "zh-hans")
    for name, address in addresses().items():
        text = client.get(address).content.decode()
        text = re.sub(r"<script.*?</script>|<textarea.*?</textarea>|<[^>]*\blang=\"en\".*?</", "", text, flags=re.S)
        words = re.sub(r"<[^>]*>", "\n", text)
        sentences = [line.strip() for line in words.split("\n") if re.search(r"[A-Za-z]+ [a-z]+ [a-z]+", line)]
        assert not sentences, (name, sentences)


def test_the_demo_is_seeded_once_and_complete(house):
    author, _learner = house
    assert seed_demo_courses(author, None) == []
    assert Course.objects.count() == 3
    assert Course.objects.published().count() == 2
    assert set(Caption.objects.values_list("language", flat=True)) == {"zh", "en"}
    assert not wants_demo_master()
    answer = browser().get("/")
    assert [door["situation"] for door in answer.context["doors"]] == ["collapse", "choking", "bleeding"]


def test_the_demo_waits_for_its_film_and_takes_it_once():
    author = person(Role.INSTRUCTOR)
    seed_demo_courses(author, None)
    assert wants_demo_master()
    first, second = film(author), film(author)
    attach_demo_master(author, first.pk)
    attach_demo_master(author, second.pk)
    assert Lesson.objects.get(kind="video360").master == first


def test_a_wrong_address_and_a_closed_door_say_so_in_the_readers_language(house, settings):
    _author, learner = house
    settings.DEBUG = False
    assert "这里没有内容" in browser(None, "zh-hans").get("/courses/nothing/").content.decode()
    answer = browser(learner, "en").get(reverse("catalog:studio"))
    assert answer.status_code == 403
    assert "Only instructors and administrators write courses" in answer.content.decode()

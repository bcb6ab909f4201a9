"""The catalogue for programs: read-only JSON under /api/catalog/."""

from typing import Any
from uuid import UUID

from django.http import Http404
from rest_framework import generics, serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from courses.catalog import selectors
from courses.catalog.models import Course, Lesson, Module
from courses.catalog.permissions import may_learn, may_see_course


class CourseSerializer(serializers.ModelSerializer[Course]):
    lesson_count = serializers.IntegerField(default=0)
    minutes = serializers.IntegerField(default=0)
    languages = serializers.ListField(child=serializers.CharField())
    url = serializers.SerializerMethodField()

    class Meta:
        model = Course
        fields = [
            "id",
            "title_zh",
            "title_en",
            "summary_zh",
            "summary_en",
            "audience",
            "access",
            "languages",
            "lesson_count",
            "minutes",
            "published_at",
            "url",
        ]

    def get_url(self, course: Course) -> str:
        return str(self.context["request"].build_absolute_uri(course.get_absolute_url()))

    def to_representation(self, course: Course) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(course)
        return {**shown, "lesson_count": shown["lesson_count"] or 0, "minutes": shown["minutes"] or 0}


class LessonSerializer(serializers.ModelSerializer[Lesson]):
    """The texts are there for those who may learn the course."""

    class Meta:
        model = Lesson
        fields = ["id", "kind", "title_zh", "title_en", "minutes", "body_zh", "body_en"]

    def to_representation(self, lesson: Lesson) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(lesson)
        if not self.context["may_learn"]:
            del shown["body_zh"], shown["body_en"]
        return shown


class ModuleSerializer(serializers.ModelSerializer[Module]):
    lessons = LessonSerializer(many=True, source="shown")

    class Meta:
        model = Module
        fields = ["id", "title_zh", "title_en", "lessons"]


class CourseList(generics.ListAPIView):  # type: ignore[type-arg]
    """Published courses. Query: q, audience, kind, language (zh, en), access, page."""

    permission_classes = [AllowAny]
    serializer_class = CourseSerializer

    def get_queryset(self) -> Any:
        return selectors.catalogue(selectors.CatalogueFilter.of(self.request.GET))


class CourseDetail(APIView):
    """One course with its modules and lessons; 404 for drafts of others."""

    permission_classes = [AllowAny]

    def get(self, request: Request, course_id: UUID) -> Response:
        course: Any = selectors.course_page(course_id, request.user)
        if course is None or not may_see_course(request.user, course):
            raise Http404
        context = {"request": request, "may_learn": may_learn(request.user, course)}
        return Response(
            {
                **CourseSerializer(course, context=context).data,
                "modules": ModuleSerializer(course.outline, many=True, context=context).data,
            }
        )

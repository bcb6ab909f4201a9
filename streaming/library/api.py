"""The library as JSON, for the upload page, the player and programs. Thin: selectors read, policies decide."""

from typing import Any, cast
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from rest_framework.pagination import PageNumberPagination
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from streaming.library import selectors
from streaming.library.access import access_policy
from streaming.library.delivery.tokens import lesson_of, session_key_of
from streaming.library.models import Master
from streaming.library.progress import progress_of


class MayUpload(IsAuthenticated):
    """People who bring films: the rest of the library is none of the others' business."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return super().has_permission(request, view) and access_policy().may_upload(request.user)


class Uploads(APIView):
    """`GET /library/api/uploads/`: one's own unfinished uploads, so that any browser can go on with them."""

    permission_classes = [MayUpload]

    def get(self, request: Request) -> Response:
        uploads = selectors.unfinished_uploads(request.user)
        return Response({"results": [selectors.upload_facts(upload) for upload in uploads]})


class Masters(APIView):
    """`GET /library/api/masters/?search=&state=&page=`: the masters that one may manage."""

    permission_classes = [MayUpload]

    def get(self, request: Request) -> Response:
        masters = selectors.filtered_masters(
            selectors.managed_masters(request.user),
            search=request.query_params.get("search", ""),
            state=request.query_params.get("state", ""),
        )
        pages = PageNumberPagination()
        page = cast(list[Master], pages.paginate_queryset(masters, request, view=self))
        return pages.get_paginated_response([selectors.master_facts(master) for master in page])


class MasterStatus(APIView):
    """`GET /library/api/masters/<id>/`: one master with its renditions and how far each is."""

    permission_classes = [MayUpload]

    def get(self, request: Request, master_id: UUID) -> Response:
        master = get_object_or_404(selectors.managed_masters(request.user), id=master_id)
        return Response(selectors.master_facts(master) | {"progress": progress_of(master)})


class Playback(APIView):
    """`GET /library/<id>/playback/`: fresh addresses for the player, also for viewers without an account."""

    permission_classes = [AllowAny]

    def get(self, request: Request, master_id: UUID) -> Response:
        master = get_object_or_404(Master, id=master_id)
        try:
            addresses: dict[str, Any] = selectors.playback(
                master,
                user=request.user,
                session_key=session_key_of(request._request),
                lesson=lesson_of(request.query_params.get("lesson", "")),
            )
        except PermissionDenied:
            # The same as for a film that does not exist: who may not watch learns nothing.
            return Response({"error": "not_found"}, status=404)
        return Response(addresses, headers={"Cache-Control": "no-store"})

"""WebSocket addresses of scenario runs."""

from django.urls import path

from courses.scenarios.consumers import RunConsumer

websocket_urlpatterns = [path("ws/scenarios/runs/<uuid:run_id>/", RunConsumer.as_asgi())]

"""WebSocket addresses of the library."""

from django.urls import path

from streaming.library.consumers import MastersConsumer

websocket_urlpatterns = [path("ws/library/masters/", MastersConsumer.as_asgi())]

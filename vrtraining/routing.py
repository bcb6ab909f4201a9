"""The WebSocket addresses of all wings."""

from streaming.library.routing import websocket_urlpatterns as library

websocket_urlpatterns = [*library]

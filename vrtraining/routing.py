"""The WebSocket addresses of all wings."""

from courses.scenarios.routing import websocket_urlpatterns as scenarios
from streaming.library.routing import websocket_urlpatterns as library

websocket_urlpatterns = [*scenarios, *library]

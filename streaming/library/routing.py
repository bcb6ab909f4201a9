"""WebSocket addresses of the library."""

from typing import Any

websocket_urlpatterns: list[Any] = []

"""Addresses of this wing."""

from typing import Any

urlpatterns: list[Any] = []

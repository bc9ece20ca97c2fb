"""The commerce plane's addresses. The host decides which of these applies: see ``channels.middleware``."""

from typing import Any

urlpatterns: list[Any] = []

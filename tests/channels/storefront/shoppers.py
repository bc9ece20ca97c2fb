"""Browsers without a browser."""

import secrets
from typing import Any

from django.test import Client

from tests.channels.storefront.shops import Stocked


class Shopper(Client):
    """A browser at one shop: it sends what browsers send, keeps cookies and follows nothing by itself."""

    def __init__(self, stocked: Stocked, **more: Any) -> None:
        origin = f"http://{stocked.host}:18000"
        # Attempts are counted by where they come from: each shopper lives elsewhere.
        more.setdefault("REMOTE_ADDR", "127." + ".".join(str(secrets.randbelow(250)) for _ in range(3)))
        super().__init__(HTTP_HOST=f"{stocked.host}:18000", HTTP_ORIGIN=origin, **more)
        self.stocked = stocked

    def add(self, sku: str, quantity: int = 1, **headers: Any) -> Any:
        return self.post("/cart/add", {"variant": self.stocked.variants[sku], "quantity": quantity}, **headers)

    def text(self, path: str, status: int = 200) -> str:
        response = self.get(path)
        assert response.status_code == status, (path, response.status_code)
        return plain(response)


def plain(response: Any) -> str:
    """Return an answer's text with ordinary blanks in its amounts."""
    return str(response.content.decode().replace("\N{NO-BREAK SPACE}", " "))

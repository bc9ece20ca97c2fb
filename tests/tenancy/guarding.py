"""Damage done by hand, and what became of it."""

from collections.abc import Callable
from typing import Any

from django.test import Client

from eseller.tenancy.models import Finding
from eseller.tenancy.scope import PLATFORM, platform_transaction
from tests.channels.storefront.shops import Stocked

Hand = Callable[..., Any]
"""Runs a statement as somebody in psql does who may do anything."""


def findings(stocked: Stocked) -> list[Finding]:
    """Return the findings of a shop that are not closed."""
    with platform_transaction():
        return list(Finding.objects.using(PLATFORM).filter(shop_id=stocked.shop.pk).exclude(state="closed"))


def page(stocked: Stocked, path: str) -> Any:
    """Return a page of a shop, whatever goes wrong inside."""
    return Client(HTTP_HOST=stocked.host, raise_request_exception=False).get(path)

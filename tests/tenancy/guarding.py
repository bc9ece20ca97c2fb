"""Damage done by hand, and what became of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
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


@contextmanager
def unchecked(by_hand: Hand, table: str, mend: str) -> Iterator[None]:
    """Let rows of a table be anything for a while; ``mend`` is the statement that makes them right again."""
    wanted = "WHERE conrelid = %s::regclass AND contype = 'c'"
    checks = by_hand(f"SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint {wanted}", [table]).fetchall()
    for name, _definition in checks:
        by_hand(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    try:
        yield
    finally:
        by_hand(mend)
        for name, definition in checks:
            by_hand(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')

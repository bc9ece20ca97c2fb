"""Which shops have work waiting: the platform's look across shops for jobs that come round."""

import logging
from collections.abc import Callable
from typing import Any

from django.db import connections

from eseller.kernel import clock
from eseller.kernel.errors import EsellerError
from eseller.tenancy.scope import PLATFORM, platform_transaction

log = logging.getLogger(__name__)


class SomeShopsFailed(EsellerError):
    """The work of some shops could not be done; the log tells why."""

    code = "some_shops_failed"
    retryable = True


def shops_with(sql: str) -> list[int]:
    """Return the shops that a statement names, as the platform sees them.

    Args:
        sql: selects ``shop_id``; its one parameter is the present moment.
    """
    return [row[0] for row in rows_of(sql, [clock.now()])]


def rows_of(sql: str, params: list[Any]) -> list[tuple[Any, ...]]:
    """Return the rows of a statement, as the platform sees them."""
    with platform_transaction(actor="platform"), connections[PLATFORM].cursor() as cursor:
        cursor.execute(sql, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def each_shop(sql: str, work: Callable[[int], None]) -> None:
    """Do the work of each shop that a statement names. Whatever is wrong with one shop, the others get theirs done.

    Args:
        sql: as ``shops_with`` takes it.
        work: given the shop's id; opens its own transactions.

    Raises:
        SomeShopsFailed: at the end, so that the job counts as failed.
    """
    failed = []
    for shop_id in shops_with(sql):
        try:
            work(shop_id)
        except Exception:
            log.exception("the work of shop %s failed", shop_id)
            failed.append(shop_id)
    if failed:
        raise SomeShopsFailed(f"The work of shops {', '.join(map(str, failed))} failed; the log tells why.")

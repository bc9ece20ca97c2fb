"""Which shops have work waiting: the platform's look across shops for jobs that come round."""

from django.db import connections

from eseller.kernel import clock
from eseller.tenancy.scope import PLATFORM, platform_transaction


def shops_with(sql: str) -> list[int]:
    """Return the shops that a statement names, as the platform sees them.

    Args:
        sql: selects ``shop_id``; its one parameter is the present moment.
    """
    with platform_transaction(actor="platform"), connections[PLATFORM].cursor() as cursor:
        cursor.execute(sql, [clock.now()])
        return [row[0] for row in cursor.fetchall()]

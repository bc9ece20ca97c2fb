"""Write the VAT rates of the release where there are none yet."""

from django.db import connections

from eseller.commerce.pricing.release import release_rates
from eseller.tenancy.scope import PLATFORM, platform_transaction

_ADD = """
INSERT INTO pricing_vatrate (country, vat_class, rate_bp)
SELECT * FROM unnest(%s::text[], %s::text[], %s::int[])
ON CONFLICT (country, vat_class) DO NOTHING
"""


def add_missing_rates(*, actor: str) -> int:
    """Add the release's rates of all countries and classes that the platform has not, and return how many.

    A rate that is there stays, since an operator may have set it.
    """
    rows = [
        (country, vat_class, rate_bp)
        for country, rates in release_rates().items()
        for vat_class, rate_bp in rates.items()
    ]
    with platform_transaction(actor=actor), connections[PLATFORM].cursor() as cursor:
        cursor.execute(_ADD, [list(column) for column in zip(*rows, strict=True)])
        return int(cursor.rowcount)

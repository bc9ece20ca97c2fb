"""Set an exchange rate. Rates belong to the platform, hence its role."""

import re
from datetime import date
from decimal import Decimal

from eseller.commerce.pricing.models import ExchangeRate
from eseller.kernel.errors import EsellerError
from eseller.tenancy.scope import PLATFORM, platform_transaction

BILLION = 10**9
MOST = 10**18


class InvalidExchangeRate(EsellerError):
    """The exchange rate is not valid."""

    code = "invalid_exchange_rate"


def set_exchange_rate(*, base: str, currency: str, rate: Decimal, quoted_on: date, actor: str) -> None:
    """Say what one unit of a currency is in another.

    Args:
        base: ISO 4217 code of the one.
        currency: of the other.
        rate: with at most nine digits behind the point.
        quoted_on: the day of the rate.
        actor: who does it.

    Raises:
        InvalidExchangeRate: when a part is malformed or out of bounds.
    """
    for name, code in (("base", base), ("currency", currency)):
        if not re.fullmatch("[A-Z]{3}", code):
            raise InvalidExchangeRate("A currency is three capital letters, such as DKK.", field=name)
    if base == currency:
        raise InvalidExchangeRate("The currencies must be two.", field="currency")
    billionths = rate * BILLION if rate.is_finite() else Decimal(0)
    if billionths != int(billionths) or not 1 <= billionths <= MOST:
        raise InvalidExchangeRate("A rate is above 0, with at most nine digits behind the point.", field="rate")
    with platform_transaction(actor=actor):
        ExchangeRate.objects.using(PLATFORM).update_or_create(
            base=base, currency=currency, defaults={"rate_e9": int(billionths), "quoted_on": quoted_on}
        )

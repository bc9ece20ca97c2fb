"""Set a country's VAT rate. Rates belong to the platform, hence its role."""

import re

from eseller.commerce.pricing.models import VatRate
from eseller.commerce.pricing.rules import EXEMPT, MAX_RATE_BP
from eseller.kernel.errors import EsellerError
from eseller.tenancy.scope import PLATFORM, platform_transaction


class InvalidVatRate(EsellerError):
    """The VAT rate is not valid."""

    code = "invalid_vat_rate"


def set_vat_rate(*, country: str, vat_class: str, rate_bp: int, actor: str) -> bool:
    """Make a class's rate in a country what is given, and tell whether that changed anything.

    Args:
        country: ISO 3166-1 code.
        vat_class: such as ``standard``.
        rate_bp: basis points, 0 to 5000.
        actor: who does it.

    Raises:
        InvalidVatRate: when a part is malformed or out of bounds.
    """
    if not re.fullmatch("[A-Z]{2}", country):
        raise InvalidVatRate("A country is two capital letters, such as DK.", field="country")
    if not re.fullmatch("[a-z_]{1,20}", vat_class):
        raise InvalidVatRate("A VAT class is up to 20 small letters.", field="vat_class")
    if vat_class == EXEMPT:
        raise InvalidVatRate("Exempt goods have no VAT anywhere; choose another class.", field="vat_class")
    if not 0 <= rate_bp <= MAX_RATE_BP:
        raise InvalidVatRate("A VAT rate is between 0 and 50 %.", field="rate_bp")
    with platform_transaction(actor=actor):
        rate, made = VatRate.objects.using(PLATFORM).get_or_create(
            country=country, vat_class=vat_class, defaults={"rate_bp": rate_bp}
        )
        if not made and rate.rate_bp == rate_bp:
            return False
        if not made:
            VatRate.objects.using(PLATFORM).filter(pk=rate.pk).update(rate_bp=rate_bp)
        return True

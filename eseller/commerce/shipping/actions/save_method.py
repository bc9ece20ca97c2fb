"""Make a shipping method, or change one."""

import re

from eseller.commerce.shipping.drafts import RateDraft, ShippingDraft
from eseller.commerce.shipping.errors import InvalidShippingMethod
from eseller.commerce.shipping.models import ShippingMethod, ShippingRate
from eseller.kernel.money import MAX_AMOUNT
from eseller.tenancy.guard.mending import mend
from eseller.tenancy.scope import require_scope, shop_transaction

MOST_RATES = 2000


def save_shipping_method(*, draft: ShippingDraft, actor: str) -> int:
    """Make the method with the draft's code like the draft; rates that it does not name go. Call it in a shop's scope.

    Returns:
        The method's id.

    Raises:
        InvalidShippingMethod: naming the field.
    """
    _check(draft)
    with shop_transaction(require_scope(), actor=actor):
        mend("shipping_shippingmethod", None, tables=("shipping_shippingmethod", "shipping_shippingrate"))
        values = {
            "names": draft.names,
            "basis": draft.basis,
            "vat_class": draft.vat_class,
            "tracking_url": draft.tracking_url,
            "active": draft.active,
            "position": draft.position,
        }
        method, _ = ShippingMethod.objects.update_or_create(code=draft.code, defaults=values)
        wanted = {_key(rate): rate.amount for rate in draft.rates}
        for stored in ShippingRate.objects.filter(method=method):
            amount = wanted.pop((stored.country, stored.currency, stored.at_least), None)
            if amount is None:
                stored.delete()
            elif amount != stored.amount:
                ShippingRate.objects.filter(pk=stored.pk).update(amount=amount)
        ShippingRate.objects.bulk_create(
            ShippingRate(method=method, country=country, currency=currency, at_least=at_least, amount=amount)
            for (country, currency, at_least), amount in wanted.items()
        )
    return method.pk


def delete_shipping_method(*, code: str, actor: str) -> None:
    """Delete a method; orders keep its name. Nothing happens when there is none. Call it in a shop's scope."""
    with shop_transaction(require_scope(), actor=actor):
        ShippingMethod.objects.filter(code=code).delete()


def _key(rate: RateDraft) -> tuple[str, str, int]:
    return rate.country, rate.currency, rate.at_least


def _check(draft: ShippingDraft) -> None:
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,39}", draft.code):
        raise InvalidShippingMethod("A code is small letters, digits and hyphens, 40 at most.", field="code")
    if not any(draft.names.values()) or any(len(name) > 120 for name in draft.names.values()):
        raise InvalidShippingMethod("Give the method a name of at most 120 characters.", field="names")
    if draft.basis not in ShippingMethod.Basis.values:
        raise InvalidShippingMethod("Rates go by weight or by value.", field="basis")
    url = draft.tracking_url
    if url and (not url.startswith("https://") or "{number}" not in url or len(url) > 200):
        text = "A tracking address begins with https:// and has {number} in it."
        raise InvalidShippingMethod(text, field="tracking_url")
    if len(draft.rates) > MOST_RATES or len({_key(rate) for rate in draft.rates}) < len(draft.rates):
        raise InvalidShippingMethod("Each country has one rate for each step.", field="rates")
    for rate in draft.rates:
        if not re.fullmatch("[A-Z]{2}", rate.country) or not re.fullmatch("[A-Z]{3}", rate.currency):
            raise InvalidShippingMethod("A rate names a country and a currency by their codes.", field="rates")
        if not (0 <= rate.amount <= MAX_AMOUNT and 0 <= rate.at_least <= MAX_AMOUNT):
            raise InvalidShippingMethod("A rate is not negative.", field="rates")

"""What a shopper filled in: made tidy, then checked."""

import msgspec
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from eseller.commerce.customers.rules import address_problems, email_problem, tidy, tidy_address
from eseller.commerce.orders.checkout import CheckoutDetails, Quote
from eseller.commerce.orders.errors import InvalidCheckout
from eseller.commerce.payments.cards import digits_of
from eseller.commerce.payments.provider import provider
from eseller.commerce.payments.records import PaymentOption
from eseller.tenancy.hosts import ShopInfo

_SALT = "eseller.checkout"
_LONGEST = {"note": 2000, "customer_reference": 60}


def tidied(details: CheckoutDetails, shop: ShopInfo) -> CheckoutDetails:
    """Return the form without stray spaces and control characters, in a language that the shop has."""
    return msgspec.structs.replace(
        details,
        email=tidy(details.email),
        language=details.language if details.language in shop.languages else shop.default_language,
        shipping=tidy_address(details.shipping),
        billing=tidy_address(details.billing) if details.billing else None,
        note=tidy(details.note, lines=True),
        customer_reference=tidy(details.customer_reference),
    )


def check(details: CheckoutDetails, quote: Quote, shop: ShopInfo) -> PaymentOption:
    """Check a tidy form against the quote and return the way to pay.

    Raises:
        InvalidCheckout: with a sentence for each field.
    """
    wrong_email = email_problem(details.email)
    problems = {"email": wrong_email} if wrong_email else {}
    problems |= _prefixed("shipping", address_problems(details.shipping, countries=shop.sells_to))
    if details.billing is not None:
        problems |= _prefixed("billing", address_problems(details.billing))
    if quote.shipping is None:
        problems["shipping_country"] = _("We do not deliver this order there.")
    elif quote.shipping.code != details.shipping_method:
        problems["shipping_method"] = _("Choose a delivery.")
    for field, most in _LONGEST.items():
        if len(getattr(details, field)) > most:
            problems[field] = _("At most %(most)s characters.") % {"most": most}
    option = next((option for option in quote.payment_options if option.code == details.payment_method), None)
    if option is None:
        problems["payment_method"] = _("Choose how to pay.")
    elif quote.total:
        problems |= provider(option.provider).problems(details.card)
    if problems or option is None:
        raise InvalidCheckout(problems)
    return option


def digest(details: CheckoutDetails) -> str:
    """Return a digest of what was filled in, the card's code left out: the same form has the same, any other another.

    It is keyed, since card numbers and addresses are few enough to be tried one after another.
    """
    card = details.card and (digits_of(details.card.number), details.card.expiry)
    form = msgspec.structs.replace(details, card=None, expected_total=None)
    return salted_hmac(_SALT, msgspec.json.encode((form, card)), algorithm="sha256").hexdigest()


def corrected_key(details: CheckoutDetails) -> str:
    """Return the checkout key under which a corrected form is placed; the same for the same form, however often."""
    return digest(details)[:40]


def _prefixed(prefix: str, problems: dict[str, str]) -> dict[str, str]:
    return {f"{prefix}_{field}": problem for field, problem in problems.items()}

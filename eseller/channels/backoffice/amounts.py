"""Amounts as people type them."""

from django.utils.translation import gettext as _

from eseller.kernel.money import InvalidMoney, Money, digits

_SPACES = str.maketrans("", "", " \u00a0\u202f'’")


def read_amount(text: str, currency: str) -> int:
    """Return minor units of an amount typed with a decimal comma or point: ``1.234,50``, ``1,234.50``, ``42``.

    Raises:
        InvalidMoney: with a sentence in the active language.
    """
    plain = text.translate(_SPACES)
    decimal = max(plain.rfind(","), plain.rfind("."))
    if decimal >= 0:
        whole, fraction = plain[:decimal], plain[decimal + 1 :]
        mark, other = plain[decimal], "," if plain[decimal] == "." else "."
        if mark in whole:  # 1.234.567: both marks are grouping
            raise InvalidMoney(_malformed(text))
        plain = f"{whole.replace(other, '')}.{fraction}"
    if len(plain) > 20 or not plain.replace(".", "", 1).isdecimal() or not plain.isascii():
        raise InvalidMoney(_malformed(text))
    try:
        return Money.parse(plain, currency).amount
    except InvalidMoney:
        count = digits(currency)
        raise InvalidMoney(_("%(currency)s has %(count)d decimals.") % {"currency": currency, "count": count}) from None


def write_amount(amount: int, currency: str, language: str) -> str:
    """Return an amount as it is typed in a language: no grouping, no currency, a comma where the language has one."""
    text = str(Money(amount, currency).to_decimal())
    return text.replace(".", ",") if language[:2] in ("da", "de") else text


def _malformed(text: str) -> str:
    return _("“%(text)s” is not an amount.") % {"text": text[:30]}

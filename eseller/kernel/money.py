"""Exact money: integer minor units with a currency. No float touches it."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

import msgspec
from babel.core import get_global

from eseller.kernel.errors import EsellerError

MAX_AMOUNT = 10**13
"""Largest amount in minor units that the platform accepts; well inside bigint, so sums cannot overflow."""


class InvalidMoney(EsellerError):
    """The amount cannot be read as money."""

    code = "invalid_money"


class CurrencyMismatch(EsellerError):
    """Amounts of two currencies were mixed."""

    code = "currency_mismatch"
    of_data = True


@lru_cache(maxsize=256)
def digits(currency: str) -> int:
    """Return how many decimal digits a currency has (ISO 4217 by way of CLDR: EUR 2, JPY 0)."""
    fractions: dict[str, tuple[int, ...]] = get_global("currency_fractions")  # type: ignore[assignment]
    return fractions.get(currency, fractions["DEFAULT"])[0]


class Money(msgspec.Struct, frozen=True, order=False):
    """An amount in minor units of one currency."""

    amount: int
    currency: str

    def __add__(self, other: "Money") -> "Money":
        """Add two amounts of one currency.

        Raises:
            CurrencyMismatch: when the currencies differ.
        """
        self._same(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        """Subtract an amount of the same currency."""
        self._same(other)
        return Money(self.amount - other.amount, self.currency)

    def __mul__(self, quantity: int) -> "Money":
        """Multiply by a whole number."""
        return Money(self.amount * quantity, self.currency)

    def __lt__(self, other: "Money") -> bool:
        """Compare amounts of one currency."""
        self._same(other)
        return self.amount < other.amount

    def __bool__(self) -> bool:
        """Tell whether there is any amount."""
        return self.amount != 0

    def _same(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} cannot be mixed.")

    def to_decimal(self) -> Decimal:
        """Return the amount in major units, with exactly the currency's digits."""
        return Decimal(self.amount).scaleb(-digits(self.currency))

    @classmethod
    def parse(cls, text: str, currency: str) -> "Money":
        """Read an amount in major units written with a decimal point, such as ``42.99``.

        Raises:
            InvalidMoney: when it is no plain number, has too many decimals or is too large.
        """
        try:
            value = Decimal(text.strip())
        except InvalidOperation:
            raise InvalidMoney(f"“{text[:40]}” is not an amount. Write it like 42.99.") from None
        if not value.is_finite() or abs(value) > MAX_AMOUNT:
            raise InvalidMoney(f"“{text[:40]}” is not an amount that we can use.")
        minor = value.scaleb(digits(currency))
        if minor != minor.to_integral_value():
            raise InvalidMoney(f"{currency} has {digits(currency)} decimals; “{text[:40]}” has more.")
        return cls(int(minor), currency)


def divide_half_up(numerator: int, denominator: int) -> int:
    """Divide and round half away from zero, exactly (the commercial rounding of EU VAT practice)."""
    return int((Decimal(numerator) / Decimal(denominator)).quantize(Decimal(1), rounding=ROUND_HALF_UP))

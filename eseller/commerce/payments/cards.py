"""Card numbers and dates: pure checks. Nothing here is kept or written down."""

import re
from datetime import date

TEST_CARDS = {
    "4242424242424242": "authorised",
    "4000000000000002": "declined",
    "4000000000009995": "insufficient",
    "4000000000003220": "action_required",
    "4000000000000341": "pending",
}
"""What the test card's processor does with each number; others are declined."""


def digits_of(number: str) -> str:
    """Return a card number without the spaces and dashes that people type."""
    return re.sub(r"[\s-]", "", number[:40])


def is_card_number(number: str) -> bool:
    """Tell whether digits are a card number: 12 to 19 of them whose Luhn sum is right."""
    if not (number.isascii() and number.isdigit() and 12 <= len(number) <= 19):
        return False
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(number))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def has_expired(expiry: str, today: date) -> bool | None:
    """Tell whether ``MM/YY`` is over; None when it is no such date. A card is good to the end of its month."""
    match = re.fullmatch(r"\s*(0[1-9]|1[0-2])\s*/?\s*(?:20)?(\d{2})\s*", expiry[:20], re.ASCII)
    if match is None:
        return None
    month, year = int(match[1]), 2000 + int(match[2])
    return (year, month) < (today.year, today.month)

"""What can stand in an address or a name: pure."""

import unicodedata
from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from eseller.commerce.customers.records import PostalAddress

LONGEST = {
    "name": 100,
    "company": 100,
    "line1": 120,
    "line2": 120,
    "postcode": 16,
    "city": 80,
    "region": 80,
    "country": 2,
    "phone": 30,
}
REQUIRED = ("name", "line1", "postcode", "city", "country")


def tidy(text: str, *, lines: bool = False) -> str:
    """Return text in NFC without control characters and outer spaces; ``lines`` keeps line breaks."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n") if lines else text)
    kept = "".join(
        char if char == "\n" and lines else " " if unicodedata.category(char) in ("Cc", "Zl", "Zp") else char
        for char in text
        if unicodedata.category(char) != "Cs"
    )
    return kept.strip() if lines else " ".join(kept.split())


def tidy_address(address: PostalAddress) -> PostalAddress:
    """Return an address with every part tidied."""
    parts = {field: tidy(getattr(address, field)) for field in LONGEST}
    return PostalAddress(**parts | {"country": parts["country"].upper()})


def address_problems(address: PostalAddress, *, countries: Collection[str] | None = None) -> dict[str, str]:
    """Return a sentence for each part of a tidy address that cannot be used.

    Args:
        address: the address.
        countries: ISO codes that are served; any where None.
    """
    problems = {
        field: _("At most %(most)s characters.") % {"most": most}
        for field, most in LONGEST.items()
        if len(getattr(address, field)) > most
    }
    problems |= {field: _("Fill this in.") for field in REQUIRED if not getattr(address, field)}
    code = address.country
    if countries is not None and code not in countries:
        problems["country"] = _("We do not deliver to this country.")
    elif not (len(code) == 2 and code.isascii() and code.isalpha()):
        problems["country"] = _("Choose a country.")
    return problems


def email_problem(email: str) -> str | None:
    """Return what is wrong with an e-mail address; None when it can be written to."""
    try:
        validate_email(email)
    except ValidationError:
        return _("Fill in an e-mail address, such as name@example.org.")
    return None if len(email) <= 200 else _("At most %(most)s characters.") % {"most": 200}

"""What rows of customers must be. All of it is personal: no finding shows a value."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from eseller.resilience.records.fields import (
    LINE,
    NEVER,
    WORDS,
    Country,
    Email,
    Flag,
    Id,
    Language,
    PasswordHash,
    Sha256,
)
from eseller.resilience.records.kind import Kind, Row, register

Line30 = Annotated[str, Meta(max_length=30, pattern=LINE, description="at most 30 characters in a line")]
Line80 = Annotated[str, Meta(max_length=80, pattern=LINE, description="at most 80 characters in a line")]
Line100 = Annotated[str, Meta(max_length=100, pattern=LINE, description="at most 100 characters in a line")]
Line120 = Annotated[str, Meta(max_length=120, pattern=LINE, description="at most 120 characters in a line")]
Name = Annotated[str, Meta(max_length=100, pattern=WORDS, description="1 to 100 characters in a line")]
Street = Annotated[str, Meta(max_length=120, pattern=WORDS, description="1 to 120 characters in a line")]
Postcode = Annotated[str, Meta(max_length=16, pattern=WORDS, description="1 to 16 characters in a line")]
City = Annotated[str, Meta(max_length=80, pattern=WORDS, description="1 to 80 characters in a line")]

UNKNOWN = "–"
NO_COUNTRY = "ZZ"
"""Not known, by ISO 3166-1 (user-assigned) and CLDR."""
NO_EMAIL = "nobody@example.invalid"
"""Leads nowhere (RFC 2606); a person sees that it is not the address."""


class PostalRow(Row):
    """The parts of a postal address."""

    name: Name
    company: Line100
    line1: Street
    line2: Line120
    postcode: Postcode
    city: City
    region: Line80
    country: Country
    phone: Line30


POSTAL = frozenset(PostalRow.__struct_fields__)
POSTAL_STAND_INS = {
    "name": UNKNOWN,
    "company": "",
    "line1": UNKNOWN,
    "line2": "",
    "postcode": UNKNOWN,
    "city": UNKNOWN,
    "region": "",
    "country": NO_COUNTRY,
    "phone": "",
}


class CustomerRow(Row):
    """Somebody with an account."""

    id: Id
    shop_id: Id
    email: Email
    password: PasswordHash
    name: Name
    language: Language
    created_at: datetime


class AddressRow(PostalRow):
    """An address in a customer's book."""

    id: Id
    shop_id: Id
    customer_id: Id
    is_default: Flag


class CustomerSessionRow(Row):
    """A customer's sign-in on one device."""

    id: Id
    shop_id: Id
    customer_id: Id
    token_hash: Sha256
    expires_at: datetime
    created_at: datetime


register(
    Kind(
        table="customers_customer",
        row=CustomerRow,
        label="customer",
        secret=frozenset({"email", "password", "name"}),
        pages=("account",),
        stand_ins={"email": NO_EMAIL, "password": "!", "name": UNKNOWN, "language": "en", "created_at": NEVER},
    ),
    Kind(
        table="customers_address",
        row=AddressRow,
        label="address",
        secret=POSTAL,
        pages=("account", "checkout"),
        stand_ins=POSTAL_STAND_INS | {"is_default": False},
    ),
    Kind(
        table="customers_customersession",
        row=CustomerSessionRow,
        label="sign-in of a customer",
        secret=frozenset({"token_hash"}),
        pages=("account",),
        stand_ins={"created_at": NEVER},
    ),
)

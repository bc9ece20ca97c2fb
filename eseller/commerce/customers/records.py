"""Customers and addresses, as pages and orders use them."""

from datetime import datetime

import msgspec


class PostalAddress(msgspec.Struct, frozen=True, kw_only=True):
    """A postal address. ``country`` is an ISO 3166-1 code."""

    name: str
    line1: str
    postcode: str
    city: str
    country: str
    company: str = ""
    line2: str = ""
    region: str = ""
    phone: str = ""


class SavedAddress(msgspec.Struct, frozen=True, kw_only=True):
    """An address of a customer's book."""

    id: int
    is_default: bool
    address: PostalAddress


class CustomerInfo(msgspec.Struct, frozen=True):
    """Who is signed in."""

    id: int
    email: str
    name: str
    language: str


class SignedIn(msgspec.Struct, frozen=True):
    """A session: the token belongs in a cookie that ends at ``expires_at``."""

    token: str
    customer: CustomerInfo
    expires_at: datetime

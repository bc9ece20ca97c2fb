"""What rows of this package's tables must be."""

from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import Meta

from eseller.resilience.records.fields import (
    BLOCK,
    LINE,
    NEVER,
    WORDS,
    Country,
    Currency,
    Email,
    Flag,
    Host,
    Id,
    Language,
    PasswordHash,
    Slug,
)
from eseller.resilience.records.kind import Kind, Row, Rule, register
from eseller.tenancy.platform_settings import is_setting, is_value
from eseller.tenancy.zones import is_zone


class ThemeRow(Row):
    """The look of a shop, as ``ui.theme`` reads it; what is missing has a standard."""

    brand: Annotated[str, Meta(pattern="^#[0-9a-fA-F]{6}$", description="a colour such as #1f4d3a")] = "#1f4d3a"
    surface: Annotated[str, Meta(pattern="^#[0-9a-fA-F]{6}$", description="a colour such as #ffffff")] = "#ffffff"
    display: Annotated[str, Meta(max_length=20, pattern="^[a-z]*$", description="the name of a typeface")] = "sans"
    corners: Annotated[str, Meta(max_length=20, pattern="^[a-z]*$", description="the name of a shape")] = "soft"


class ShopRow(Row):
    """A shop's settings."""

    id: Id
    slug: Slug
    name: Annotated[str, Meta(max_length=100, pattern=WORDS, description="a name in one line")]
    state: Literal["open", "closed"]
    country: Country
    currency: Currency
    default_language: Language
    languages: Annotated[list[Language], Meta(min_length=1, max_length=12, description="1 to 12 languages' codes")]
    time_zone: Annotated[str, Meta(max_length=40, description="a time zone's name, such as Europe/Copenhagen")]
    prices_include_vat: Flag
    sells_to: Annotated[list[Country], Meta(max_length=250, description="countries' codes")]
    order_prefix: Annotated[str, Meta(max_length=8, pattern=LINE, description="at most 8 characters")]
    contact_email: Email
    address: Annotated[str, Meta(max_length=500, pattern=BLOCK, description="a text of at most 500 characters")]
    vat_number: Annotated[str, Meta(max_length=30, pattern=LINE, description="at most 30 characters in a line")]
    bank_account: Annotated[str, Meta(max_length=60, pattern=LINE, description="at most 60 characters in a line")]
    theme: ThemeRow
    reservation_minutes: Annotated[int, Meta(ge=1, le=1440, description="1 to 1440 minutes")]
    created_at: datetime

    rules = (
        Rule("default_language", "one of the shop's languages", lambda row: row.default_language in row.languages),
        Rule("time_zone", "a time zone's name, such as Europe/Copenhagen", lambda row: is_zone(row.time_zone)),
    )


class DomainRow(Row):
    """A host of a shop."""

    id: Id
    shop_id: Id
    host: Host
    is_primary: Flag


class UserRow(Row):
    """A member of shops. Of the platform, not of a shop."""

    id: Id
    password: PasswordHash
    last_login: datetime | None
    email: Email
    name: Annotated[str, Meta(max_length=100, pattern=WORDS, description="a name in one line")]
    language: Language
    is_active: Flag
    created_at: datetime


class MembershipRow(Row):
    """A person's role in a shop."""

    id: Id
    shop_id: Id
    user_id: Id
    role: Literal["owner", "manager", "clerk", "reader"]
    created_at: datetime


class PlatformSettingRow(Row):
    """A setting that all shops share."""

    id: Id
    key: Annotated[str, Meta(pattern="^[a-z_]{1,60}$", description="a name in small letters")]
    value: Any

    rules = (
        Rule("key", "a setting that there is", lambda row: is_setting(row.key)),
        Rule("value", "what the setting is made of", lambda row: is_value(row.key, row.value)),
    )


register(
    Kind(
        table="tenancy_platformsetting",
        row=PlatformSettingRow,
        label="platform setting",
        shop=None,
        pages=("all shops",),
    ),
    Kind(
        table="tenancy_shop",
        row=ShopRow,
        label="shop",
        shop="id",
        pages=("all pages of the shop",),
        stand_ins={
            "state": "open",
            "languages": ["en"],
            "default_language": "en",
            "time_zone": "UTC",
            "sells_to": [],
            "order_prefix": "",
            "address": "",
            "vat_number": "",
            "bank_account": "",
            "theme": {},
            "reservation_minutes": 30,
        },
    ),
    Kind(table="tenancy_domain", row=DomainRow, label="domain", pages=("all pages at this host",)),
    Kind(
        table="tenancy_user",
        row=UserRow,
        label="person",
        shop=None,
        secret=frozenset({"password", "email", "name"}),
        pages=("back office of the person's shops",),
        stand_ins={"last_login": None, "name": "–", "language": "en", "created_at": NEVER},
    ),
    Kind(
        table="tenancy_membership",
        row=MembershipRow,
        label="member",
        pages=("back office",),
        stand_ins={"created_at": NEVER},
    ),
)

"""Small makers of what tests need. Everything is committed; nothing is shared between tests."""

import itertools
import secrets
from typing import Any

from eseller.tenancy.models import Domain, Membership, Shop, User
from eseller.tenancy.scope import PLATFORM, platform_transaction

_count = itertools.count(1)


def make_shop(**values: Any) -> Shop:
    """Make a shop with a host of its own, ``SLUG.localhost``."""
    slug = values.pop("slug", f"shop-{secrets.token_hex(4)}-{next(_count)}")
    defaults: dict[str, Any] = {
        "slug": slug,
        "name": slug.title(),
        "country": "DK",
        "currency": "DKK",
        "default_language": "en",
        "languages": ["en", "da", "de"],
        "sells_to": ["DK", "DE", "GB"],
        "contact_email": f"{slug}@shop.example",
    }
    with platform_transaction(actor="test"):
        shop = Shop.objects.using(PLATFORM).create(**(defaults | values))
        Domain.objects.using(PLATFORM).create(shop_id=shop.pk, host=f"{slug}.localhost", is_primary=True)
    return shop


def make_user(**values: Any) -> User:
    """Make a person who can sign in with the password ``correct horse battery``."""
    email = values.pop("email", f"person-{secrets.token_hex(5)}@people.example")
    with platform_transaction(actor="test"):
        user = User(email=email, name=values.pop("name", "Pia Prøve"), **values)
        user.set_password("correct horse battery")
        user.save(using=PLATFORM)
    return user


def make_member(shop: Shop, role: str = "owner", user: User | None = None) -> User:
    """Make a person a member of a shop."""
    person = user or make_user()
    with platform_transaction(actor="test"):
        Membership.objects.using(PLATFORM).create(shop_id=shop.pk, user_id=person.pk, role=role)
    return person

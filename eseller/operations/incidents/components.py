"""The parts of the platform as its users know them, and which of them what is watched belongs to."""

from __future__ import annotations

from eseller.operations.incidents.models import Component

COMPONENTS: tuple[tuple[str, str, str], ...] = (
    ("storefronts", "Storefronts", "Shop pages, search and cart"),
    ("checkout", "Checkout and payments", "Placing orders and paying for them"),
    ("backoffice", "Back office", "Where merchants work"),
    ("integration", "Integration", "Imports, exports, feeds and webhooks"),
    ("mail", "E-mail", "Confirmations and messages to shoppers"),
    ("support", "Support and Docs", "This site"),
)
"""Slug, name and what it is; further ones may be added, and these be renamed."""
BY_WATCHED: dict[str, tuple[str, ...]] = {
    "storefront": ("storefronts",),
    "web": ("storefronts", "checkout", "backoffice"),
    "database": ("checkout", "backoffice"),
    "backoffice": ("backoffice",),
    "worker": ("integration", "mail"),
    "payments": ("checkout",),
    "mail": ("mail",),
}
"""What users notice of trouble with what is watched; what is not here they do not notice by itself."""


def make_missing() -> int:
    """Add the components that are not there yet; returns how many."""
    made = 0
    for position, (slug, name, description) in enumerate(COMPONENTS):
        _, new = Component.objects.get_or_create(
            slug=slug, defaults={"name": name, "description": description, "position": position}
        )
        made += new
    return made


def of_watched(watched: str) -> tuple[str, ...]:
    """The components that users know, of one that the watch knows."""
    return BY_WATCHED.get(watched, ())

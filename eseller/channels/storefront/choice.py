"""Which variant of a product is meant, by its number or by one value of each option."""

from collections.abc import Mapping
from typing import Any

from eseller.channels.storefront.numbers import whole
from eseller.commerce.catalog.records import ProductPage, VariantView

MOST_TEMPLATES = 60
"""A product with more variants asks the server when another is chosen."""


def chosen_values(product: ProductPage, given: Mapping[str, str]) -> tuple[int | None, ...]:
    """Return the values that a form names: fields ``o1`` to ``o3``, one for each option."""
    return tuple(whole(given.get(f"o{place}"), least=1) for place in range(1, len(product.options) + 1))


def variant_of(product: ProductPage, given: Mapping[str, str]) -> VariantView | None:
    """Return the variant that a form's options mean, or None when there is no such one."""
    wanted = chosen_values(product, given)
    return next((variant for variant in product.variants if variant.values == wanted), None)


def choose(product: ProductPage, given: Mapping[str, str]) -> VariantView | None:
    """Return the variant to show: the one that is asked for, else the first that can be bought."""
    if product.options and "o1" in given:
        asked = variant_of(product, given)
        if asked is not None:
            return asked
    return product.variant(whole(given.get("v"), least=1))


def option_groups(product: ProductPage, chosen: VariantView | None) -> list[dict[str, Any]]:
    """Return the options as the page shows them, each value marked when it leads to nothing that can be bought."""
    buyable = {variant.values for variant in product.variants if variant.can_buy}
    now = chosen.values if chosen else ()
    groups = []
    for place, option in enumerate(product.options):
        values = [
            {
                "value": value.id,
                "label": value.label,
                "swatch": value.swatch,
                "checked": place < len(now) and now[place] == value.id,
                "available": (*now[:place], value.id, *now[place + 1 :]) in buyable,
            }
            for value in option.values
        ]
        groups.append({"name": f"o{place + 1}", "label": option.name, "values": values})
    return groups

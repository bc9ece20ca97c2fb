"""Makers of drafts and rows for the tests of the catalog."""

import hashlib
import secrets
from typing import Any

from eseller.commerce.catalog.actions.save_product import save_product
from eseller.commerce.catalog.drafts import (
    OptionDraft,
    OptionValueDraft,
    PriceDraft,
    ProductDraft,
    StockDraft,
    TextDraft,
    VariantDraft,
)
from eseller.media.models import MediaImage
from eseller.tenancy.scope import shop_transaction


def price(amount: int, compare_at: int | None = None, currency: str = "DKK") -> PriceDraft:
    return PriceDraft(currency=currency, amount=amount, compare_at=compare_at)


def option(name: str, *labels: str) -> OptionDraft:
    return OptionDraft(names={"en": name}, values=tuple(OptionValueDraft(labels={"en": label}) for label in labels))


def variant(amount: int = 10000, on_hand: int | None = 5, **values: Any) -> VariantDraft:
    values.setdefault("prices", (price(amount),))
    values.setdefault("stock", StockDraft(on_hand=on_hand))
    return VariantDraft(**values)


def draft(title: str = "Cup", **values: Any) -> ProductDraft:
    values.setdefault("slug", f"p-{secrets.token_hex(6)}")
    values.setdefault("state", "published")
    values.setdefault("texts", (TextDraft(language="en", title=title, description="Made of *clay*."),))
    values.setdefault("variants", (variant(),))
    return ProductDraft(**values)


def shirt(**values: Any) -> ProductDraft:
    """A product with two options and all four combinations."""
    values.setdefault("options", (option("Size", "Small", "Large"), option("Colour", "Red", "Blue")))
    values.setdefault("variants", tuple(variant(choices=(s, c)) for s in (0, 1) for c in (0, 1)))
    return draft("Shirt", **values)


def saved(shop: Any, wanted: ProductDraft | None = None, product_id: int | None = None) -> int:
    with shop_transaction(shop.pk, actor="test"):
        return save_product(draft=wanted or draft(), actor="test", product_id=product_id).product_id


def image(shop: Any, **values: Any) -> int:
    digest = hashlib.sha256(secrets.token_bytes(8)).hexdigest()
    defaults = {"state": "ready", "sha256": digest, "width": 960, "height": 720, "bytes": 1000}
    with shop_transaction(shop.pk, actor="test"):
        return MediaImage.objects.create(**(defaults | values)).pk

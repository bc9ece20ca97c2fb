"""Saving a product: like the draft, all or nothing, and nothing touched that is like it."""

from typing import Any

import msgspec
import pytest

from eseller.commerce.catalog.actions.save_product import save_product
from eseller.commerce.catalog.drafts import Saved
from eseller.commerce.catalog.stored import as_draft, stored_product
from eseller.tenancy.models import History
from eseller.tenancy.scope import shop_transaction
from tests.commerce.catalog.drafts import draft, saved, shirt


def test_a_saved_draft_saved_again_is_unchanged(shop: Any) -> None:
    product_id = saved(shop, shirt())
    with shop_transaction(shop.pk):
        stored = stored_product(product_id)
        assert stored
        before = History.objects.count()
        assert save_product(draft=as_draft(stored), actor="test", product_id=product_id) == Saved(
            product_id, "unchanged"
        )
        assert History.objects.count() == before

"""Delete a product that nobody ordered."""

from typing import Literal

from eseller.commerce.catalog.actions.locked_product import locked_product
from eseller.commerce.catalog.actions.save_variants import in_use
from eseller.commerce.catalog.actions.set_state import set_state
from eseller.commerce.catalog.search_index import count_words, words_of
from eseller.commerce.catalog.stored import as_draft
from eseller.tenancy.scope import require_scope, shop_transaction
from eseller.tenancy.sql import execute


def delete_product(*, product_id: int, actor: str) -> Literal["deleted", "archived"]:
    """Delete a product; one that was ever ordered, or is held for a checkout, is archived instead. Tell which.

    Raises:
        ProductNotFound: when the shop has no such product.
    """
    with shop_transaction(require_scope(), actor=actor):
        before = locked_product(product_id)
        if in_use([variant.id for variant in before.variants], carts=False):
            set_state(product_id=product_id, state="archived", actor=actor)
            return "archived"
        execute("DELETE FROM catalog_product WHERE id = %s", [product_id])
        count_words(words_of(as_draft(before)), "")
        return "deleted"

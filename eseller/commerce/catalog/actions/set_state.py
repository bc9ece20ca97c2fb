"""Publish a product, take it back or archive it."""

import msgspec
from django.utils.translation import gettext as _

from eseller.commerce.catalog.actions.index_product import index_product
from eseller.commerce.catalog.actions.locked_product import locked_product
from eseller.commerce.catalog.drafts import Saved
from eseller.commerce.catalog.errors import FieldProblem, InvalidProduct
from eseller.commerce.catalog.models import Product
from eseller.commerce.catalog.stored import as_draft
from eseller.tenancy.scope import require_scope, shop_transaction
from eseller.tenancy.sql import execute


def set_state(*, product_id: int, state: str, actor: str) -> Saved:
    """Give a product a state: draft, published or archived.

    Raises:
        InvalidProduct: when there is no such state.
        ProductNotFound: when the shop has no such product.
    """
    if state not in Product.State.values:
        raise InvalidProduct([FieldProblem("state", "unknown_state", _("This is not a state of a product."))])
    with shop_transaction(require_scope(), actor=actor):
        before = locked_product(product_id)
        if before.state == state:
            return Saved(product_id, "unchanged")
        execute("UPDATE catalog_product SET state = %s, updated_at = now() WHERE id = %s", [state, product_id])
        after = msgspec.structs.replace(as_draft(before), state=state)
        index_product(product_id=product_id, before=before, after=after)
        return Saved(product_id, "updated")

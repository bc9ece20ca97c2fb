"""Lock a product before changing it."""

from eseller.commerce.catalog.errors import ProductNotFound
from eseller.commerce.catalog.stored import StoredProduct, stored_product
from eseller.tenancy.guard.mending import mend
from eseller.tenancy.sql import fetch


def locked_product(product_id: int) -> StoredProduct:
    """Lock a product for the rest of the transaction and return its rows.

    Raises:
        ProductNotFound: when the shop has no such product.
    """
    # Two statements: only one that begins after the lock was got sees what its last holder wrote.
    fetch("SELECT id FROM catalog_product WHERE id = %s FOR UPDATE", [product_id])
    mend("catalog_product", product_id)
    stored = stored_product(product_id)
    if stored is None:
        raise ProductNotFound
    return stored

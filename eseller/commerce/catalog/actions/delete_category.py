"""Delete a category; its products stay."""

from eseller.commerce.catalog.actions.tree import locked_tree
from eseller.commerce.catalog.errors import CategoryNotEmpty, CategoryNotFound
from eseller.tenancy.scope import require_scope, shop_transaction
from eseller.tenancy.sql import execute


def delete_category(*, category_id: int, actor: str) -> None:
    """Delete a category that has none below it.

    Raises:
        CategoryNotEmpty: when there are categories below it.
        CategoryNotFound: when the shop has no such category.
    """
    with shop_transaction(require_scope(), actor=actor):
        tree = locked_tree()
        if category_id not in tree:
            raise CategoryNotFound
        if category_id in tree.values():
            raise CategoryNotEmpty
        execute("DELETE FROM catalog_category WHERE id = %s", [category_id])

"""Move a category to another place in the tree."""

from eseller.commerce.catalog.actions.tree import locked_tree, place_problem
from eseller.commerce.catalog.errors import CategoryNotFound, InvalidCategory
from eseller.tenancy.scope import require_scope, shop_transaction
from eseller.tenancy.sql import execute, fetch


def move_category(*, category_id: int, parent_id: int | None, position: int, actor: str) -> None:
    """Put a category below another (None: at the top), so that it stands at ``position``, from 0, among those there.

    Raises:
        InvalidCategory: when it would lie below itself or too deep; nothing was changed.
        CategoryNotFound: when the shop has no such category.
    """
    with shop_transaction(require_scope(), actor=actor):
        tree = locked_tree()
        if category_id not in tree:
            raise CategoryNotFound
        if problem := place_problem(tree, category_id, parent_id):
            raise InvalidCategory([problem])
        query = (
            "SELECT id FROM catalog_category WHERE parent_id IS NOT DISTINCT FROM %s::bigint AND id <> %s "
            "ORDER BY position, id"
        )
        order = [row[0] for row in fetch(query, [parent_id, category_id])]
        order.insert(max(position, 0), category_id)
        execute(
            "UPDATE catalog_category c SET position = w.place - 1, parent_id = %s::bigint "
            "FROM unnest(%s::bigint[]) WITH ORDINALITY AS w(id, place) "
            "WHERE c.id = w.id AND (c.position, c.parent_id) IS DISTINCT FROM (w.place - 1, %s::bigint)",
            [parent_id, order, parent_id],
        )

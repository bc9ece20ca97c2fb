"""The tree of categories, locked while a place in it is chosen."""

from django.utils.translation import gettext as _

from eseller.commerce.catalog.errors import FieldProblem
from eseller.commerce.catalog.rules import MAX_CATEGORY_DEPTH
from eseller.tenancy.sql import fetch


def locked_tree() -> dict[int, int | None]:
    """Lock all categories and return each one's parent. Two moves at once could otherwise close a circle."""
    return dict(fetch("SELECT id, parent_id FROM catalog_category ORDER BY id FOR UPDATE"))


def place_problem(tree: dict[int, int | None], category_id: int | None, parent_id: int | None) -> FieldProblem | None:
    """Return what is wrong with putting a category below another, or None. Pure.

    Args:
        tree: parents by category.
        category_id: the category, None for a new one.
        parent_id: what it goes below, None for the top.
    """
    if parent_id is not None and parent_id not in tree:
        return FieldProblem("parent_id", "unknown_category", _("There is no such category."))
    above = _above(tree, parent_id)
    if category_id is not None and category_id in above:
        return FieldProblem("parent_id", "cycle", _("A category cannot lie below itself."))
    if len(above) + _height(tree, category_id) > MAX_CATEGORY_DEPTH:
        message = _("Categories can be %(most)d deep at most.") % {"most": MAX_CATEGORY_DEPTH}
        return FieldProblem("parent_id", "too_deep", message)
    return None


def _above(tree: dict[int, int | None], category_id: int | None) -> list[int]:
    """Return a category and all above it."""
    result: list[int] = []
    while category_id is not None and category_id not in result:
        result.append(category_id)
        category_id = tree.get(category_id)
    return result


def _height(tree: dict[int, int | None], category_id: int | None) -> int:
    """Return how many levels a category and those below it take."""
    if category_id is None:
        return 1
    levels, row = 0, {category_id}
    while row and levels <= MAX_CATEGORY_DEPTH:
        levels += 1
        row = {child for child, parent in tree.items() if parent in row}
    return levels

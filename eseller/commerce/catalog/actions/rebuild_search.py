"""Write the shop's search anew: after its languages changed, or to repair it."""

from eseller.commerce.catalog.search_index import count_words, words_of, write_entries
from eseller.commerce.catalog.stored import as_draft, stored_product
from eseller.tenancy.scope import require_scope, shop_transaction
from eseller.tenancy.sql import execute, fetch

_CHUNK = 100


def rebuild_search(*, actor: str, after: int = 0, most: int = _CHUNK) -> int | None:
    """Write search entries and words of the next products anew; the first call (``after`` 0) forgets all words.

    Args:
        actor: who does it.
        after: the last product that was done.
        most: how many products one call does.

    Returns:
        The last product done, to be given to the next call, or None at the end.
    """
    with shop_transaction(require_scope(), actor=actor):
        if after == 0:
            execute("DELETE FROM catalog_searchword WHERE shop_id = %s", [require_scope()])
        rows = fetch(
            "SELECT id FROM catalog_product WHERE id > %s ORDER BY id LIMIT %s FOR UPDATE", [after, min(most, _CHUNK)]
        )
        ids = [row[0] for row in rows]
        write_entries(ids)
        for product_id in ids:
            if stored := stored_product(product_id):
                count_words("", words_of(as_draft(stored)))
        return ids[-1] if ids else None

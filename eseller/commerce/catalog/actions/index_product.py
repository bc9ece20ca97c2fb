"""Keep what search knows of a product in step with the product."""

from eseller.commerce.catalog.drafts import ProductDraft
from eseller.commerce.catalog.search_index import count_words, words_of, write_entries
from eseller.commerce.catalog.stored import StoredProduct, as_draft


def index_product(*, product_id: int, before: StoredProduct | None, after: ProductDraft) -> None:
    """Write the search entries and words of a published product, or drop them; called by the actions that change it.

    Args:
        product_id: the product, locked by the transaction.
        before: its rows before the change, None when it is new.
        after: what it is now.
    """
    if after.state == "published" or (before is not None and before.state == "published"):
        write_entries([product_id])
        count_words(words_of(as_draft(before)) if before else "", words_of(after))

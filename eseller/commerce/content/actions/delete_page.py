"""Delete a page of text."""

from eseller.commerce.content.errors import PageNotFound
from eseller.tenancy.scope import require_scope, shop_transaction
from eseller.tenancy.sql import execute


def delete_page(*, page_id: int, actor: str) -> None:
    """Delete a page with its texts.

    Raises:
        PageNotFound: when the shop has no such page.
    """
    with shop_transaction(require_scope(), actor=actor):
        if not execute("DELETE FROM content_page WHERE id = %s", [page_id]):
            raise PageNotFound

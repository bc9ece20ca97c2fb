"""Jobs of the catalog."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from eseller.commerce.catalog.actions.rebuild_search import rebuild_search
from eseller.tenancy.scope import shop_transaction

ACTOR = "job:rebuild_search"


@app.task(name="catalog.rebuild_search", queue="search", retry=RetryStrategy(max_attempts=5, exponential_wait=4))
def rebuild(shop_id: int) -> None:
    """Write a shop's search anew, in small transactions: after its languages changed."""
    done: int | None = 0
    while done is not None:
        with shop_transaction(shop_id, actor=ACTOR):
            done = rebuild_search(actor=ACTOR, after=done)

"""The whole demo in the tests' database, loaded once by its own loader, with small pictures."""

from functools import cache

ORDERS = 50
"""Of each shop: enough for most kinds of story."""
SCALE = 0.12
"""Of pictures: they are drawn whole, and quickly; much smaller than this, some things have no pixels left."""


@cache
def load_once() -> list[str]:
    """Load the three shops, once a process; return what the loader says was not possible."""
    from eseller.demo.load import load_demo

    return load_demo(scale=SCALE, orders=ORDERS)

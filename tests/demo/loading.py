"""The whole demo in the tests' database, loaded once by its own loader, with small pictures."""

import time
from functools import cache
from typing import NamedTuple

SCALE = 0.12
"""Of pictures: they are drawn whole, and quickly; much smaller than this, some things have no pixels left."""


class Loaded(NamedTuple):
    """What the loader said, and how long it took in seconds."""

    failures: list[str]
    seconds: float


@cache
def load_once() -> Loaded:
    """Load the three shops; a second call gives the first one's outcome."""
    from eseller.demo.load import load_demo

    began = time.monotonic()
    return Loaded(load_demo(scale=SCALE), time.monotonic() - began)

"""One shop for all attempts of a module, and one whose every text is an attempt itself.

Of a module, not of the whole run: tests of what is tidied away over time move the clock and tidy every shop.
"""

from typing import Any

import pytest


@pytest.fixture(scope="module")
def world(database: None) -> Any:
    """A shop like any other."""
    from tests.isolation.world import World

    return World()


@pytest.fixture(scope="module")
def poisoned(database: None) -> Any:
    """A shop that somebody has written markup into, wherever a text may stand."""
    from tests.hostile.asking import PROBE
    from tests.isolation.world import World

    return World(text=PROBE)

"""One shop for all attempts, and one whose every text is an attempt itself."""

from typing import Any

import pytest


@pytest.fixture(scope="session")
def world(database: None) -> Any:
    """A shop like any other."""
    from tests.isolation.world import World

    return World()


@pytest.fixture(scope="session")
def poisoned(database: None) -> Any:
    """A shop that somebody has written markup into, wherever a text may stand."""
    from tests.hostile.asking import PROBE
    from tests.isolation.world import World

    return World(text=PROBE)

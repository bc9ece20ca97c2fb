"""A stocked shop to read from. Imports stand inside the fixtures: this file is read before Django is set up."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.channels.storefront.shoppers import Shopper
    from tests.channels.storefront.shops import Stocked


@pytest.fixture(scope="module")
def stocked(database: None) -> "Stocked":
    """One shop for the reading tests of a module."""
    from tests.channels.storefront.shops import stocked_shop

    return stocked_shop()


@pytest.fixture(autouse=True)
def _connections(db: None) -> None:
    """Let every test here use the database."""


@pytest.fixture
def shopper(stocked: "Stocked") -> "Shopper":
    from tests.channels.storefront.shoppers import Shopper

    return Shopper(stocked)

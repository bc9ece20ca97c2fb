"""What tests of the guard need."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest


@pytest.fixture
def by_hand(postgres: Any, db: None) -> Iterator[Any]:
    """Do what somebody does in psql who may do anything."""
    from eseller.config.environment import environment

    address = postgres.admin.at(environment().role_url("web").name)
    with psycopg.connect(address.url, autocommit=True) as connection:
        yield lambda sql, values=None: connection.execute(sql, values)


@pytest.fixture
def stocked(db: None) -> Any:
    """A shop with something in it."""
    from tests.channels.storefront.shops import stocked_shop

    return stocked_shop()


@pytest.fixture
def unchecked_titles(by_hand: Any) -> Iterator[None]:
    """Titles of products may be anything for a while."""
    from tests.tenancy.guarding import unchecked

    mend = "UPDATE catalog_producttext SET title = 'x' WHERE title ~ '[\\x01-\\x1f]'"
    with unchecked(by_hand, "catalog_producttext", mend):
        yield

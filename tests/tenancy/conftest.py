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

"""PostgreSQL instances of the tests' own, beside the one that all tests share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from eseller.cluster.embedded import EmbeddedPostgres, temporary
from eseller.config.environment import Environment, load


@pytest.fixture(scope="session")
def pg_bin() -> Path | None:
    """The programs that this run is to be tried with."""
    name = os.environ.get("ESELLER_PG_BIN")
    return Path(name) if name else None


@pytest.fixture(scope="module")
def server(pg_bin: Path | None) -> Iterator[EmbeddedPostgres]:
    """A server for the tests of a module."""
    with temporary(pg_bin=pg_bin) as shared:
        yield shared


@pytest.fixture
def bare_postgres(pg_bin: Path | None) -> Iterator[EmbeddedPostgres]:
    """A server on which nothing has been done yet."""
    with temporary(pg_bin=pg_bin) as server:
        yield server


@pytest.fixture
def logins(server: EmbeddedPostgres) -> Environment:
    """Settings that lead to the module's server."""
    return logins_of(server)


def logins_of(server: EmbeddedPostgres) -> Environment:
    """Settings that lead to a server."""
    return load({"ESELLER_DATA": str(server.data_dir), "ESELLER_SECRET": "s" * 40})

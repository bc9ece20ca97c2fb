"""The operations plane on a database of its own, with nothing of the shops configured at all."""

import os
import secrets
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


# Some helpers are those of the other tests.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
_SCRATCH = Path(tempfile.mkdtemp(prefix="eseller-operations-"))
_SCRATCH.chmod(0o711)
for _name in [
    name for name in os.environ
    if name.startswith(("ESELLER_", "DATABASE_", "OPS_", "CLUSTER_", "CACHE_")) and name != "ESELLER_PG_BIN"
]:  # fmt: skip
    del os.environ[_name]
os.environ.update(
    ESELLER_DATA=str(_SCRATCH / "data"),
    ESELLER_SECRET=secrets.token_hex(32),
    ESELLER_LOG_LEVEL="warning",
    ESELLER_OPERATIONS_URL="https://status.shops.example",
    ESELLER_WATCH_PORT=str(_free_port()),
    ESELLER_WATCHED="127.0.0.1:9",
    DJANGO_SETTINGS_MODULE="eseller.config.operations_site",
)


def pytest_configure(config: pytest.Config) -> None:
    """Start Django, and keep tests off the network."""
    sys.addaudithook(_stay_here)
    import django
    from django.test.utils import setup_test_environment

    django.setup()
    setup_test_environment(debug=False)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing behind."""
    shutil.rmtree(_SCRATCH, ignore_errors=True)


def _stay_here(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        host = str(arguments[1][0]) if isinstance(arguments[1], tuple) else "localhost"
        if host not in ("localhost", "::1") and not host.startswith("127."):
            raise RuntimeError(f"A test tried to reach {host}; tests stay on this machine.")


@pytest.fixture(scope="session")
def database() -> Iterator[None]:
    """A server of the operations plane's own, prepared as a release does it."""
    from django.db import connections

    from eseller.cluster.embedded import EmbeddedPostgres
    from eseller.config.environment import environment
    from eseller.node.operations_database import prepare

    env = environment()
    with EmbeddedPostgres(env.operations_dir, pg_bin=env.pg_bin, testing=True):
        prepare(env)
        yield
        connections.close_all()


@pytest.fixture
def db(database: None) -> Iterator[None]:
    """Empty tables, but for the components."""
    from django.db import connections

    from eseller.operations.incidents.components import make_missing

    with connections["owner"].cursor() as owner:
        owner.execute(
            "TRUNCATE incidents_component, incidents_incident, incidents_report, incidents_maintenance, "
            "console_operator, console_act, console_errand, console_attempt, subscribers_subscriber, "
            "subscribers_spread, subscribers_letter CASCADE"
        )
    make_missing()
    yield
    connections["default"].close()


class Changed:
    """Django's settings, as a test wants them; afterwards they are as before."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        object.__setattr__(self, "_patch", patch)

    def __setattr__(self, name: str, value: object) -> None:
        from django.conf import settings

        patch: pytest.MonkeyPatch = object.__getattribute__(self, "_patch")
        patch.setattr(settings, name, value, raising=False)


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Changed:
    """Settings that a test changes."""
    return Changed(monkeypatch)

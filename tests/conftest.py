"""A real PostgreSQL for the whole run, a database for each worker, and shops made anew by each test.

Tests really commit. They stay apart because each works in shops of its own, which is what the platform promises anyway.
"""

import os
import secrets
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
_SCRATCH = Path(tempfile.mkdtemp(prefix="eseller-test-"))
# PostgreSQL runs as another user when we are root; it must be able to pass this directory.
_SCRATCH.chmod(0o711)
for _name in [name for name in os.environ if name.startswith(("ESELLER_", "DATABASE_")) and name != "ESELLER_PG_BIN"]:
    del os.environ[_name]
os.environ.update(
    ESELLER_DATA=str(_SCRATCH / "data"),
    ESELLER_SECRET=secrets.token_hex(32),
    ESELLER_DEMO="true",
    ESELLER_LOG_LEVEL="warning",
    # Unusual ports, so that a platform that runs beside the tests is left alone.
    ESELLER_PORT="18000",
    ESELLER_PRIVATE_PORT_BASE="18100",
    DJANGO_SETTINGS_MODULE="eseller.config.settings",
)


def pytest_configure(config: pytest.Config) -> None:
    """Start Django, and keep tests off the network."""
    sys.addaudithook(_stay_here)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # As a shell's background jobs inherit it; what we start would inherit it as well, and never hear Ctrl-C.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        # As nohup hands on.
        signal.signal(signal.SIGHUP, signal.SIG_DFL)

    import django
    from django.test.utils import setup_test_environment

    django.setup()
    setup_test_environment(debug=False)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing behind."""
    shutil.rmtree(_SCRATCH, ignore_errors=True)


def _stay_here(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse, before a packet leaves, what Python sends to another machine by whatever call."""
    if event not in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        return
    address = arguments[1]
    host = str(address[0]) if isinstance(address, tuple) else "localhost"
    if host not in ("localhost", "::1") and not host.startswith("127."):
        raise RuntimeError(f"A test tried to reach {host}; tests stay on this machine.")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say so when imports were tested without the exports of real shops, which are not part of the project."""
    from tests.channels.erp.exports import EXPORTS, OWN, REAL

    ran = (report.nodeid for report in terminalreporter.getreports("passed"))
    if EXPORTS == [OWN] and any("tests/channels/erp/" in nodeid for nodeid in ran):
        terminalreporter.write_line(f"Imports were tested with the demo's export alone: no shopify-*.csv in {REAL}.")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Any]:
    """Start PostgreSQL once for this worker and prepare roles and database."""
    from eseller.cluster.embedded import EmbeddedPostgres
    from eseller.cluster.initialise import initialise
    from eseller.config.environment import environment

    env = environment()
    with EmbeddedPostgres(env.data_dir, pg_bin=env.pg_bin, testing=True) as server:
        initialise(server.admin, env)
        yield server


@pytest.fixture(scope="session")
def database(postgres: Any) -> Iterator[None]:
    """Migrate as the owner, then let every test reach the database as the web and the platform role."""
    from django.core.management import call_command
    from django.db import connections

    call_command("migrate", database="owner", verbosity=0, skip_checks=True)
    connections["owner"].close()
    for alias in ("default", "platform"):
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT current_user, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
            role = "eseller_web" if alias == "default" else "eseller_platform"
            assert cursor.fetchone() == (role, False), "tests must not pass row-level security by"
    yield
    for connection in connections.all():
        connection.close()
        if connection.settings_dict["OPTIONS"].get("pool"):
            connection.close_pool()  # type: ignore[attr-defined]


@pytest.fixture
def db(database: None) -> Iterator[None]:
    """Let a test use the database; its connections go back to the pool afterwards."""
    from django.db import close_old_connections

    yield
    close_old_connections()


@pytest.fixture
def make_shop(db: None) -> Any:
    """Return a factory of shops; see ``tests.factories.make_shop``."""
    from tests.factories import make_shop as factory

    return factory


@pytest.fixture
def shop(make_shop: Any) -> Any:
    """Return one shop of the test's own."""
    return make_shop()

"""A platform to measure and to damage: its own data, its own ports, gone at the end."""

import contextlib
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from eseller.kernel.errors import EsellerError
from eseller.node import rehearsal_incident

START_SECONDS = 120


class DidNotStart(EsellerError):
    """The platform to rehearse on did not start."""

    code = "rehearsal_platform"


class Running(msgspec.Struct, frozen=True):
    """A running platform."""

    port: int
    environment: dict[str, str]
    log: Path

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def platform(
    *,
    processes: int,
    threads: int,
    command: Sequence[str] = ("up",),
    around: Callable[[Path], contextlib.AbstractContextManager[None]] | None = None,
    **settings: str,
) -> Iterator[Running]:
    """Start ``eseller up`` with data of its own and stop it afterwards.

    Args:
        processes: web processes.
        threads: of each.
        command: that starts it.
        around: given the data directory; entered before the platform starts, left after it has ended.
        settings: further ones, by variable.

    Raises:
        DidNotStart: with the last lines of its log.
    """
    base = Path("/var/lib/eseller-rehearsal") if os.geteuid() == 0 else Path.home() / ".cache" / "eseller-rehearsal"
    base.mkdir(mode=0o711, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=base) as scratch:
        Path(scratch).chmod(0o711)
        port = free_ports(1)
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("ESELLER_", "DATABASE_"))},
            "ESELLER_DATA": str(Path(scratch) / "data"),
            "ESELLER_PORT": str(port),
            "ESELLER_PRIVATE_PORT_BASE": str(free_ports(processes + 2)),
            "ESELLER_WEB_PROCESSES": str(processes),
            "ESELLER_THREADS": str(threads),
            "ESELLER_DEMO": "true",
            "ESELLER_LOG_LEVEL": "warning",
            "ESELLER_WATCH": "false",
            "ESELLER_OPERATIONS": "false",
            **settings,
        }
        if rehearsal_incident.wanted():
            # A drill that has them already keeps its own.
            environment |= {
                "ESELLER_WATCH": "true", "ESELLER_OPERATIONS": "true",
                "ESELLER_WATCH_PORT": settings.get("ESELLER_WATCH_PORT") or str(free_ports(1)),
                "ESELLER_OPERATIONS_PORT": settings.get("ESELLER_OPERATIONS_PORT") or str(free_ports(1)),
            }  # fmt: skip
        log = Path(scratch) / "log"
        with around(Path(scratch) / "data") if around else contextlib.nullcontext(), log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "eseller.cli.main", *command],
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                _wait(process, port, log)
                kept = rehearsal_incident.incident if rehearsal_incident.wanted() else contextlib.nullcontext
                with kept(environment):
                    yield Running(port=port, environment=environment, log=log)
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(60)


def in_platform(running: Running, module: str, *arguments: str) -> dict[str, object]:
    """Run a module against the platform's database and return the JSON object that it prints.

    Its commits wait for nothing: what it writes can be made again.
    """
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        env=running.environment | {"PGOPTIONS": "-c synchronous_commit=off"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if done.returncode:
        raise DidNotStart(f"{module} failed: {done.stderr[-2000:]}")
    result: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return result


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=1)) as connection:
                connection.request("GET", "/", headers={"Host": "nobody.localhost"})
                if connection.getresponse().status == 404:
                    return
        except OSError:
            time.sleep(0.2)
    raise DidNotStart(f"The platform did not start. Its last words:\n{log.read_text(errors='replace')[-2000:]}")


def free_ports(count: int) -> int:
    """Return the first of some ports in a row that nobody listens at.

    Raises:
        DidNotStart: when there are none.
    """
    # Below those that the kernel gives to connections, which come and go.
    for _ in range(100):
        first = random.randrange(20_000, 32_000 - count)  # noqa: S311  (not a secret)
        with contextlib.suppress(OSError), contextlib.ExitStack() as held:
            for port in range(first, first + count):
                held.enter_context(socket.socket()).bind(("127.0.0.1", port))
            return first
    raise DidNotStart("No ports are free between 20000 and 32000.")

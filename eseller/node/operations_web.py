"""The process that serves the operations plane's site: one Granian, few threads, files."""

from __future__ import annotations

import os

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server

from eseller.config.environment import operations_environment

THREADS, BACKLOG, CONNECTIONS, IDLE_SECONDS = 4, 512, 256, 10


def main() -> None:
    """Entry of the process: serve until a signal ends it."""
    env = operations_environment()
    os.environ["DJANGO_SETTINGS_MODULE"] = "eseller.config.operations_site"
    Server(
        "eseller.config.operations_wsgi:application",
        address=env.host,
        port=env.operations_port,
        interface=Interfaces.WSGI,
        workers=1,
        http=HTTPModes.http1,
        websockets=False,
        blocking_threads=THREADS,
        runtime_threads=1,
        backlog=BACKLOG,
        backpressure=CONNECTIONS,
        http1_settings=HTTP1Settings(header_read_timeout=IDLE_SECONDS * 1000, max_buffer_size=64 * 1024),
        log_level=LogLevels.warning,
        respawn_failed_workers=False,
        workers_kill_timeout=env.stop_seconds,
    ).serve()


if __name__ == "__main__":
    main()

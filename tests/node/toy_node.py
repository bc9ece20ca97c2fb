"""A node whose web processes and worker are toys; its PostgreSQL and its supervisor are real."""

from __future__ import annotations

import os
import sys

from eseller.config.environment import environment
from eseller.node.console import Console
from eseller.node.supervisor import StartFailed
from eseller.node.up import WEB, Plan, up

WORKERS = {
    "": "import time; time.sleep(3600)",
    "deaf": "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(3600)",
}


def main() -> None:
    """Run until stopped."""
    worker = (sys.executable, "-c", WORKERS[os.environ.get("TOY_WORKER", "")])
    web = (*WEB, "--application", "tests.node.toy:application")
    try:
        up(environment(), console=Console(), plan=Plan(steps={}, worker=worker, web=web))
    except StartFailed as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()

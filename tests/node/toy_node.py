"""A node whose web processes and worker are toys; its PostgreSQL and its supervisor are real."""

from __future__ import annotations

import sys

from eseller.config.environment import environment
from eseller.node.console import Console
from eseller.node.supervisor import StartFailed
from eseller.node.up import WEB, Plan, up

WORKER = (sys.executable, "-c", "import time; time.sleep(3600)")


def main() -> None:
    """Run until stopped."""
    web = (*WEB, "--application", "tests.node.toy:application")
    try:
        up(environment(), console=Console(), plan=Plan(steps={}, worker=WORKER, web=web))
    except StartFailed as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()

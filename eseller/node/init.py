"""Prepare the database as its administrator; what the supervisor runs before anything else."""

from __future__ import annotations

import sys

from eseller.cluster.initialise import InitialiseError, initialise
from eseller.config.environment import environment


def main() -> None:
    """Entry of the process that the supervisor starts."""
    env = environment()
    try:
        initialise(env.admin_address(), env)
    except InitialiseError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()

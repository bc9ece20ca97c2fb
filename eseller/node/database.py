"""A database for a command that needs one for a moment."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from eseller.cluster.embedded import EmbeddedPostgres
from eseller.cluster.initialise import initialise
from eseller.config.environment import Environment


@contextlib.contextmanager
def running_database(env: Environment) -> Iterator[None]:
    """Make sure that the database runs and is prepared for as long as the block runs.

    The embedded one is used where it runs already, as under ``eseller up``, and else started for this long. Without
    an administrator's login the database is taken as it is.

    Raises:
        EmbeddedPostgresError: It can't run here.
        InitialiseError: It can't be prepared.
    """
    with contextlib.ExitStack() as stack:
        if env.embedded:
            postgres = EmbeddedPostgres(env.data_dir, pg_bin=env.pg_bin, pg_user=env.pg_user, preload=env.pg_preload)
            if not postgres.in_use():
                stack.enter_context(postgres)
        if env.prepares:
            initialise(env.admin_address(), env)
        yield

"""Make the operations plane's database what this release needs: roles, tables, rights, components, static files."""

from __future__ import annotations

import os
import sys

import psycopg
from psycopg import sql

from eseller.cluster.initialise import InitialiseError, initialise
from eseller.config.environment import Environment, environment
from eseller.config.operations_logins import OperationsLogins

APPEND_ONLY = ("incidents_update", "console_act")
"""What is written there is never changed: processes may only add to it."""
ENTRIES = "incidents_entry"


def prepare(env: Environment) -> None:
    """Do all of it; can be run again at any time.

    Raises:
        InitialiseError: The server is not as it must be, or can't be reached.
    """
    logins = OperationsLogins(env)
    initialise(logins.admin(), logins)
    os.environ["DJANGO_SETTINGS_MODULE"] = "eseller.config.operations_site"
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", database="owner", interactive=False, verbosity=0, skip_checks=True)
    grant(env)
    call_command("collectstatic", interactive=False, verbosity=0)
    from eseller.operations.incidents.components import make_missing

    make_missing()
    if env.demo:
        from eseller.operations.incidents.examples import publish_examples

        publish_examples()


def grant(env: Environment) -> None:
    """Let processes read and write everything but what is never changed; that they may only add to."""
    logins = OperationsLogins(env)
    web = sql.Identifier(logins.role_url("web").user)
    with psycopg.connect(logins.role_url("owner").url) as owner:
        for statement in (
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {web}",
            "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {web}",
        ):
            owner.execute(sql.SQL(statement).format(web=web))
        for table in (*APPEND_ONLY, ENTRIES):
            owner.execute(
                sql.SQL("REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {web}").format(
                    table=sql.Identifier(table), web=web
                )
            )
        owner.execute(
            sql.SQL("GRANT UPDATE (is_hidden) ON {table} TO {web}").format(table=sql.Identifier(ENTRIES), web=web)
        )


def main() -> None:
    """Entry of the process that the supervisor starts."""
    try:
        prepare(environment())
    except InitialiseError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()

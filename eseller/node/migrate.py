"""Bring the database's tables and the static files to what this release needs."""

from __future__ import annotations

import os


def migrate(*, verbosity: int = 1) -> None:
    """Run the migrations as the owner and collect the static files.

    Args:
        verbosity: How much Django tells, 0 to 3.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eseller.config.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", database="owner", interactive=False, verbosity=verbosity)
    call_command("collectstatic", interactive=False, verbosity=0)


if __name__ == "__main__":
    migrate(verbosity=0)

"""Bring the database's tables, the VAT rates and the static files to what this release needs."""

from __future__ import annotations

import os
import sys


def migrate(*, verbosity: int = 1) -> None:
    """Run the migrations as the owner, add the VAT rates that are missing and collect the static files.

    Args:
        verbosity: How much Django tells, 0 to 3.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eseller.config.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", database="owner", interactive=False, verbosity=verbosity)
    from eseller.commerce.pricing.actions.add_missing_rates import add_missing_rates

    added = add_missing_rates(actor="release")
    if added and verbosity:
        sys.stdout.write(f"  {added} VAT rates of the release were added; `eseller vat list` shows all.\n")
    call_command("collectstatic", interactive=False, verbosity=0)


if __name__ == "__main__":
    migrate(verbosity=0)

"""The shared look as a Django app."""

from contextlib import suppress

from django.apps import AppConfig

from eseller.ui.translations import compile_catalogues


class UiConfig(AppConfig):
    """Finds static files; makes the translations of a fresh clone usable."""

    name = "eseller.ui"

    def ready(self) -> None:
        """Compile catalogues that are missing or older than their source (a wheel brings them compiled)."""
        # An installation that may not write to itself uses what it was built with.
        with suppress(PermissionError):
            compile_catalogues(only_stale=True)

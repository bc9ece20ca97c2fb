"""Django application of the back office."""

from django.apps import AppConfig


class BackofficeConfig(AppConfig):
    """Registers the back office and its mails."""

    name = "eseller.channels.backoffice"
    label = "backoffice"

    def ready(self) -> None:
        """Say how the back office's mails are made."""
        from eseller.channels.backoffice.mails import register_mails

        register_mails()

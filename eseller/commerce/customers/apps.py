"""Django application of the customers package."""

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    """Registers the customers package."""

    name = "eseller.commerce.customers"
    label = "customers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make its mails known to the outbox."""
        from eseller.commerce.customers.mails import register_mails

        register_mails()

"""Django application of the payments package."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Registers the payments package."""

    name = "eseller.commerce.payments"
    label = "payments"
    default_auto_field = "django.db.models.BigAutoField"

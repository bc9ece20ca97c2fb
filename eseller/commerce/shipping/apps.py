"""Django application of the shipping package."""

from django.apps import AppConfig


class ShippingConfig(AppConfig):
    """Registers the shipping package."""

    name = "eseller.commerce.shipping"
    label = "shipping"
    default_auto_field = "django.db.models.BigAutoField"

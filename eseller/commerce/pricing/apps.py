"""Django application of the pricing package."""

from django.apps import AppConfig


class PricingConfig(AppConfig):
    """Registers the pricing package."""

    name = "eseller.commerce.pricing"
    label = "pricing"
    default_auto_field = "django.db.models.BigAutoField"

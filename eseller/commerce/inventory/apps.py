"""Django application of the inventory package."""

from django.apps import AppConfig


class InventoryConfig(AppConfig):
    """Registers the inventory package."""

    name = "eseller.commerce.inventory"
    label = "inventory"
    default_auto_field = "django.db.models.BigAutoField"

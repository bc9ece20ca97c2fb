"""Django application of the orders package."""

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """Registers the orders package."""

    name = "eseller.commerce.orders"
    label = "orders"
    default_auto_field = "django.db.models.BigAutoField"

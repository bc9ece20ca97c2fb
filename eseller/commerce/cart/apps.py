"""Django application of the cart package."""

from django.apps import AppConfig


class CartConfig(AppConfig):
    """Registers the cart package."""

    name = "eseller.commerce.cart"
    label = "cart"
    default_auto_field = "django.db.models.BigAutoField"

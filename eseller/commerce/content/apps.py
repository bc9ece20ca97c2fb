"""Django application of the content package."""

from django.apps import AppConfig


class ContentConfig(AppConfig):
    """Registers the content package."""

    name = "eseller.commerce.content"
    label = "content"
    default_auto_field = "django.db.models.BigAutoField"

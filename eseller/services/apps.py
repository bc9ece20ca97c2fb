"""Django application of the services package."""

from django.apps import AppConfig


class ServicesConfig(AppConfig):
    """Registers the services package."""

    name = "eseller.services"
    label = "services"
    default_auto_field = "django.db.models.BigAutoField"

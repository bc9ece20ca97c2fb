"""Django application of the catalog package."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    """Registers the catalog package."""

    name = "eseller.commerce.catalog"
    label = "catalog"
    default_auto_field = "django.db.models.BigAutoField"

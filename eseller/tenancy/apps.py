"""Django application of the tenancy package."""

from django.apps import AppConfig


class TenancyConfig(AppConfig):
    """Shops, domains, members, history."""

    name = "eseller.tenancy"
    label = "tenancy"
    default_auto_field = "django.db.models.BigAutoField"

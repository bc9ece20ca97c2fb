"""Django application of the tenancy package."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.utils.module_loading import autodiscover_modules

from eseller.tenancy.loading import read_tolerantly


class TenancyConfig(AppConfig):
    """Shops, domains, members, history, and the guard of all packages' records."""

    name = "eseller.tenancy"
    label = "tenancy"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Take in what each application says its rows must be, and which of them all shops load."""
        connection_created.connect(read_tolerantly, dispatch_uid="tenancy.loading")
        autodiscover_modules("kinds")
        autodiscover_modules("references")

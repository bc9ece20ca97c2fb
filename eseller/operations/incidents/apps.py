"""Django application of incidents."""

from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    """Registers incidents."""

    name = "eseller.operations.incidents"
    label = "incidents"
    verbose_name = "Incidents"

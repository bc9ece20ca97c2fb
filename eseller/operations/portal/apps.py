"""Django application of the public site."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Registers the public site."""

    name = "eseller.operations.portal"
    label = "portal"

"""The storefront as a Django app."""

from django.apps import AppConfig


class StorefrontConfig(AppConfig):
    """Brings static files; has no tables."""

    name = "eseller.channels.storefront"

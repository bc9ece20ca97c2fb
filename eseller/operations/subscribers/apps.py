"""Subscribers as a Django app."""

from django.apps import AppConfig


class SubscribersConfig(AppConfig):
    """Tables of subscribers and what they are to get."""

    name = "eseller.operations.subscribers"
    label = "subscribers"

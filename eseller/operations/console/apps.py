"""The console as a Django app."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """Tables of operators, their sessions, and what they did."""

    name = "eseller.operations.console"
    label = "console"

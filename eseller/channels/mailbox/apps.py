"""Django application of the mailbox page."""

from django.apps import AppConfig


class MailboxConfig(AppConfig):
    """Registers the mailbox page."""

    name = "eseller.channels.mailbox"
    label = "mailbox"

"""Django application of the media package."""

from django.apps import AppConfig


class MediaConfig(AppConfig):
    """Registers the media package."""

    name = "eseller.media"
    label = "media"
    default_auto_field = "django.db.models.BigAutoField"

"""Images of a shop. The bytes lie on disk, named by their hash; see ``storage``."""

from django.db import models
from django.db.models import CheckConstraint, Q
from django.db.models.functions import Now

from eseller.tenancy.models import ShopModel


class MediaImage(ShopModel):
    """An image that a shop uses, or one that a job has still to fetch."""

    class State(models.TextChoices):
        """Where the bytes are."""

        PENDING = "pending"
        READY = "ready"
        FAILED = "failed"

    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    sha256 = models.CharField(max_length=64, null=True)
    source_url = models.URLField(max_length=2000, blank=True, default="")
    failure = models.CharField(max_length=300, blank=True, default="")
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    bytes = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta(ShopModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["shop", "source_url"], condition=~Q(source_url=""), name="media_source_once"
            ),
            models.UniqueConstraint(
                fields=["shop", "sha256"], condition=Q(source_url=""), name="media_upload_once"
            ),
            CheckConstraint(condition=Q(sha256__regex="^[0-9a-f]{64}$") | Q(sha256=None), name="media_sha256"),
            CheckConstraint(
                condition=~Q(state="ready")
                | Q(sha256__isnull=False, width__isnull=False, height__isnull=False, bytes__isnull=False),
                name="media_ready_is_whole",
            ),
            CheckConstraint(condition=Q(state__in=["pending", "ready", "failed"]), name="media_state"),
        ]

"""The outbox: what must leave the platform, written in the transaction that causes it."""

from django.db import models
from django.db.models import CheckConstraint, Q
from django.db.models.functions import Now

from eseller.tenancy.models import ShopModel


class MailText(models.Model):
    """Words that stand in mails of all shops, by language. Which there are, says ``services.texts``."""

    name = models.CharField(max_length=40)
    language = models.CharField(max_length=5)
    body = models.CharField(max_length=500)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "language"], name="mail_text_once"),
            CheckConstraint(condition=Q(name__regex="^[a-z_]{1,40}$"), name="mail_text_name"),
            CheckConstraint(condition=Q(language__regex="^[a-z]{2}(-[A-Z]{2})?$"), name="mail_text_language"),
        ]


class OutboxMessage(ShopModel):
    """A mail (later a webhook) to be sent once. ``key`` makes putting it twice harmless."""

    class State(models.TextChoices):
        """Where the message is."""

        PENDING = "pending"
        SENT = "sent"
        FAILED = "failed"

    kind = models.CharField(max_length=40, help_text="which template, such as order_confirmation")
    key = models.CharField(max_length=120)
    recipient = models.EmailField(max_length=200)
    language = models.CharField(max_length=5)
    payload = models.JSONField(default=dict, help_text="ids to render from; no personal data")
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    claimed_until = models.DateTimeField(null=True, help_text="who sends it has until then")
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True, default="")
    created_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True)

    class Meta(ShopModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["shop", "key"], name="outbox_once"),
            CheckConstraint(condition=Q(state__in=["pending", "sent", "failed"]), name="outbox_state"),
        ]
        # Nearly all are sent; those that aren't are looked for every minute.
        indexes = [models.Index(fields=["shop", "id"], condition=~Q(state="sent"), name="outbox_unsent")]

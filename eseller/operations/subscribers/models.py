"""Subscribers, and the letters that they are to get. What somebody gives up is deleted, not marked."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from eseller.operations.incidents.models import new_code

ADDRESS, NAME = 500, 100


class Kind(models.TextChoices):
    """The way by which somebody is told."""

    MAIL = "mail", "E-mail"
    WEBHOOK = "webhook", "Webhook"


class Subscriber(models.Model):
    """Somebody who wants to be told."""

    kind = models.CharField(max_length=10, choices=Kind.choices)
    address = models.CharField(max_length=ADDRESS)
    language = models.CharField(max_length=5, default="en")
    components = models.JSONField(default=list, blank=True, help_text="slugs; empty: all")
    code = models.CharField(max_length=20, default=new_code, help_text="makes its links its own")
    secret = models.CharField(max_length=300, blank=True, help_text="of a webhook, encrypted")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-made_at"]
        constraints = [models.UniqueConstraint(fields=["kind", "address"], name="subscribed_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Spread(models.Model):
    """Something that was made letters of, so that it is done once."""

    event = models.CharField(max_length=NAME, unique=True)
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.event


class Letter(models.Model):
    """Something that one subscriber, or the public at one place, is to get."""

    class State(models.TextChoices):
        """Where it is."""

        WAITING = "waiting", "waits"
        SENT = "sent", "sent"
        GIVEN_UP = "given up", "given up"

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, null=True, blank=True, related_name="letters")
    place = models.CharField(max_length=NAME, blank=True, help_text="of a post: its name in the file of who is told")
    event = models.CharField(max_length=NAME)
    content = models.JSONField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    tries = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    next_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-made_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["subscriber", "event"], name="told_once"),
            models.UniqueConstraint(
                fields=["place", "event"], condition=models.Q(subscriber=None), name="posted_once"
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["next_at"], condition=models.Q(state="waiting"), name="letters_that_wait")]

    def __str__(self) -> str:
        return f"{self.event}: {self.state}"

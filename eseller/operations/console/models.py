"""Operators, how they sign in, what they did, and what they have asked the platform to do."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

NAME, TEXT = 100, 500
OUTPUT = 64 * 1024
"""Of a command, so much is kept: its end."""


class Role(models.TextChoices):
    """What an operator may do; each may do what those before it may."""

    READER = "reader", "Reader: sees everything"
    OPERATOR = "operator", "Operator: acts"
    ADMINISTRATOR = "administrator", "Administrator: acts, and manages operators"


class Operator(models.Model):
    """Somebody who runs the platform. The name is also that in the file of who is told."""

    name = models.SlugField(max_length=NAME, unique=True)
    email = models.EmailField(blank=True)
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.OPERATOR)
    password = models.CharField(max_length=200, blank=True, help_text="Argon2 hash; empty: not set up yet")
    totp = models.CharField(max_length=300, blank=True, help_text="encrypted")
    totp_step = models.BigIntegerField(default=0, help_text="a code is taken once")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)
    signed_in_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_set_up(self) -> bool:
        """Whether password and second factor are there."""
        return bool(self.password and self.totp)


class RecoveryCode(models.Model):
    """Takes the place of a code of the second factor, once."""

    operator = models.ForeignKey(Operator, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["operator", "digest"], name="one_recovery_code")]

    def __str__(self) -> str:
        return f"recovery code of {self.operator_id}"


class Session(models.Model):
    """A browser in which an operator is signed in."""

    operator = models.ForeignKey(Operator, on_delete=models.CASCADE, related_name="sessions")
    digest = models.CharField(max_length=64, unique=True)
    client = models.CharField(max_length=60, blank=True)
    agent = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField()

    class Meta:
        ordering = ["-seen_at"]

    def __str__(self) -> str:
        return f"session of {self.operator_id}"


class Attempt(models.Model):
    """Somebody has tried to sign in; counted for a while."""

    key = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["key", "at"], name="attempts_by_key"), models.Index(fields=["at"])]

    def __str__(self) -> str:
        return self.key


class Act(models.Model):
    """What an operator did. It is never changed."""

    at = models.DateTimeField(default=timezone.now)
    by = models.CharField(max_length=NAME)
    kind = models.CharField(max_length=30)
    text = models.CharField(max_length=TEXT)
    client = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["-at", "-id"], name="acts_newest")]

    def __str__(self) -> str:
        return f"{self.by}: {self.text}"


class Errand(models.Model):
    """A command that an operator has asked for; the hand, a process of its own, runs it."""

    class State(models.TextChoices):
        """What became of it."""

        WAITING = "waiting", "waits"
        RUNNING = "running", "runs"
        DONE = "done", "done"
        FAILED = "failed", "failed"
        BROKEN = "broken", "broken off"

    lever = models.CharField(max_length=40)
    arguments = models.JSONField(default=dict)
    words = models.CharField(max_length=TEXT, help_text="what it does, as it was confirmed")
    by = models.CharField(max_length=NAME)
    incident = models.PositiveBigIntegerField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    asked_at = models.DateTimeField(default=timezone.now)
    began_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    code = models.IntegerField(null=True, blank=True)
    output = models.TextField(blank=True)

    class Meta:
        ordering = ["-asked_at", "-id"]
        indexes = [
            models.Index(fields=["state", "asked_at"], name="errands_by_state"),
            models.Index(fields=["lever", "-asked_at"], name="errands_by_lever"),
        ]

    def __str__(self) -> str:
        return f"{self.lever}: {self.state}"

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in (self.State.DONE, self.State.FAILED, self.State.BROKEN)

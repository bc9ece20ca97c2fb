"""Snapshots in the database. Of the platform: shops neither read nor write them; processes read them by functions."""

from django.db import models
from django.db.models import CheckConstraint, Q
from django.db.models.functions import Now


class Snapshot(models.Model):
    """One version of the reference data. ``id`` is the version; the newest that was taken counts, or the pinned one."""

    class State(models.TextChoices):
        """How far it has come; see ``resilience.rollout``."""

        TRYING = "trying"
        REFUSED = "refused"
        TAKEN = "taken"
        TAKEN_BACK = "taken_back"

    manifest = models.JSONField(help_text="{parts: {name: hash}, tables: {name: [column]}}")
    state = models.CharField(max_length=10, choices=State.choices, default=State.TRYING)
    reason = models.CharField(max_length=500, blank=True, default="", help_text="why it was made, or taken back")
    evidence = models.JSONField(default=dict, help_text="what the trial has shown")
    pinned = models.BooleanField(default=False, help_text="all processes stay with this one")
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        app_label = "tenancy"
        constraints = [
            CheckConstraint(condition=Q(state__in=["trying", "refused", "taken", "taken_back"]), name="snapshot_state"),
            models.UniqueConstraint(fields=["pinned"], condition=Q(pinned=True), name="snapshot_one_pinned"),
        ]


class SnapshotPart(models.Model):
    """A part of snapshots, by the SHA-256 of its bytes; shared by all versions in which it is the same."""

    hash = models.CharField(max_length=64, primary_key=True)
    body = models.BinaryField()
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        app_label = "tenancy"
        constraints = [CheckConstraint(condition=Q(hash__regex="^[0-9a-f]{64}$"), name="snapshot_part_hash")]


class PlatformSetting(models.Model):
    """A setting that all shops share. Which there are, and of what type, says ``tenancy.platform_settings``."""

    key = models.CharField(max_length=60, unique=True)
    value = models.JSONField()

    class Meta:
        app_label = "tenancy"
        constraints = [CheckConstraint(condition=Q(key__regex="^[a-z_]{1,60}$"), name="platform_setting_key")]

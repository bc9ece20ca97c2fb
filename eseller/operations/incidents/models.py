"""What the operations plane keeps of incidents. Updates and entries are never changed; the database sees to that."""

from __future__ import annotations

import secrets
from typing import Any

from django.db import models
from django.utils import timezone

from eseller.operations.incidents.states import ComponentState, MaintenanceState, Public, Severity, State

TITLE, NAME, TEXT = 200, 100, 20_000


def _choices(kind: type[Any]) -> list[tuple[str, str]]:
    return [(one.value, one.value) for one in kind]


def new_code() -> str:
    """A short name that nobody guesses, for public addresses."""
    return secrets.token_hex(6)


class Component(models.Model):
    """A part of the platform as its users know it."""

    slug = models.SlugField(max_length=NAME, unique=True)
    name = models.CharField(max_length=NAME)
    description = models.CharField(max_length=TITLE, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    is_shown = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class Incident(models.Model):
    """Something that has happened; what operators know of it apart from what the public is told."""

    code = models.CharField(max_length=20, unique=True, default=new_code)
    title = models.CharField(max_length=TITLE)
    severity = models.CharField(max_length=10, choices=_choices(Severity), default=Severity.MINOR)
    state = models.CharField(max_length=12, choices=_choices(State), default=State.TRIAGE)
    public = models.CharField(max_length=15, choices=_choices(Public), blank=True)
    key = models.CharField(max_length=TITLE, blank=True)
    lead = models.CharField(max_length=NAME, blank=True)
    speaker = models.CharField(max_length=NAME, blank=True)
    scribe = models.CharField(max_length=NAME, blank=True)
    opened_by = models.CharField(max_length=NAME)
    opened_at = models.DateTimeField(default=timezone.now)
    began_at = models.DateTimeField(default=timezone.now)
    mitigated_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(default=timezone.now)
    update_due_at = models.DateTimeField(null=True, blank=True)
    failed_requests = models.BigIntegerField(null=True, blank=True)
    shops = models.IntegerField(null=True, blank=True)
    lost_orders = models.IntegerField(null=True, blank=True)

    class Meta:
        ordering = ["-opened_at"]
        constraints = [
            # One open incident for the same trouble, whoever is first.
            models.UniqueConstraint(
                fields=["key"], condition=~models.Q(key="") & ~models.Q(state__in=["resolved", "closed"]),
                name="one_open_incident_for_a_key",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["state", "-opened_at"], name="incidents_by_state")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_public(self) -> bool:
        """Whether the public has been told of it."""
        return bool(self.public)

    @property
    def is_over(self) -> bool:
        """Whether it is resolved, for operators."""
        return self.state in (State.RESOLVED, State.CLOSED)


class Impact(models.Model):
    """How a component did, from when to when: what its history is computed from."""

    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="impacts")
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="impacts")
    state = models.CharField(max_length=25, choices=_choices(ComponentState))
    began_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["began_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True) | models.Q(ended_at__gte=models.F("began_at")),
                name="an_impact_ends_after_it_began",
            ),
            models.UniqueConstraint(
                fields=["incident", "component"], condition=models.Q(ended_at__isnull=True),
                name="one_impact_at_a_time",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["ended_at"], name="impacts_by_end")]

    def __str__(self) -> str:
        return f"{self.component_id}: {self.state}"


class Update(models.Model):
    """What the public was told at one moment. It is never changed: a mistake is put right by the next one."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="updates")
    public = models.CharField(max_length=15, choices=_choices(Public))
    body = models.TextField(max_length=TEXT)
    by = models.CharField(max_length=NAME)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.public}: {self.body[:50]}"


class Entry(models.Model):
    """A line of an incident's timeline. It may be hidden from the public, and is never changed."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="entries")
    at = models.DateTimeField()
    kind = models.CharField(max_length=20)
    text = models.CharField(max_length=500)
    by = models.CharField(max_length=NAME, blank=True)
    source = models.CharField(max_length=TITLE, blank=True)
    evidence = models.JSONField(default=dict, blank=True)
    is_hidden = models.BooleanField(default=False)
    noted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "source"], condition=~models.Q(source=""), name="collected_once",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.at:%H:%M:%S} {self.text}"


class Maintenance(models.Model):
    """Planned work that users may notice."""

    code = models.CharField(max_length=20, unique=True, default=new_code)
    title = models.CharField(max_length=TITLE)
    body = models.TextField(max_length=TEXT)
    state = models.CharField(max_length=15, choices=_choices(MaintenanceState), default=MaintenanceState.SCHEDULED)
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    components = models.ManyToManyField(Component, blank=True)
    sequence = models.PositiveIntegerField(default=0)
    created_by = models.CharField(max_length=NAME)
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["begins_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("begins_at")), name="maintenance_ends_after_it_began"
            ),
        ]

    def __str__(self) -> str:
        return self.title


_BY_TWO = models.Q(published_at__isnull=False) & ~models.Q(reviewer="") & ~models.Q(reviewer=models.F("author"))


class Report(models.Model):
    """What is published of an incident when it is over: what it was, why, and what is done about it."""

    DRAFT, REVIEW, PUBLISHED = "draft", "review", "published"
    STATES = [(DRAFT, DRAFT), (REVIEW, REVIEW), (PUBLISHED, PUBLISHED)]

    slug = models.SlugField(max_length=NAME, unique=True)
    incident = models.OneToOneField(Incident, on_delete=models.PROTECT, null=True, blank=True, related_name="report")
    title = models.CharField(max_length=TITLE)
    state = models.CharField(max_length=10, choices=STATES, default=DRAFT)
    offset_minutes = models.SmallIntegerField(default=0)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    summary = models.TextField(max_length=TEXT, blank=True)
    cause = models.TextField(max_length=TEXT, blank=True)
    remedy = models.TextField(max_length=TEXT, blank=True)
    lessons = models.TextField(max_length=TEXT, blank=True)
    shops = models.IntegerField(null=True, blank=True)
    failed_requests = models.BigIntegerField(null=True, blank=True)
    lost_orders = models.IntegerField(null=True, blank=True)
    author = models.CharField(max_length=NAME)
    reviewer = models.CharField(max_length=NAME, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    original_published_on = models.DateField(null=True, blank=True)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-began_at"]
        constraints = [
            # From the clock, and by a second person: both or neither.
            models.CheckConstraint(
                condition=~models.Q(state="published") | _BY_TWO,
                name="published_by_a_second_person",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title


class ReportLine(models.Model):
    """A line of a report's timeline."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="lines")
    at = models.DateTimeField()
    text = models.CharField(max_length=500)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.at:%H:%M} {self.text}"


class Action(models.Model):
    """Something that is done so that it does not happen again, or is seen sooner."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="actions")
    text = models.CharField(max_length=500)
    owner = models.CharField(max_length=NAME)
    due_on = models.DateField()
    done_at = models.DateTimeField(null=True, blank=True)
    proof = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["due_on", "id"]

    def __str__(self) -> str:
        return self.text

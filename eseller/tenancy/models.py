"""Shops, domains, people and their roles, history."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, Q
from django.db.models.functions import Now

from eseller.tenancy.fields import ShopForeignKey, scoped_shop_id
from eseller.tenancy.managers import ShopManager
from eseller.tenancy.snapshots.models import PlatformSetting, Snapshot, SnapshotPart

__all__ = [
    "Change",
    "Domain",
    "Finding",
    "History",
    "Membership",
    "PlatformSetting",
    "ScanPlace",
    "Shop",
    "ShopForeignKey",
    "ShopModel",
    "Snapshot",
    "SnapshotPart",
    "ThrottleCounter",
    "User",
]


class Shop(models.Model):
    """A tenant: one storefront. Row-level security shows a session its own shop only."""

    class State(models.TextChoices):
        """Whether the shop serves shoppers."""

        OPEN = "open"
        CLOSED = "closed"

    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=100)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    country = models.CharField(max_length=2, help_text="ISO 3166-1 code of the seller")
    currency = models.CharField(max_length=3, help_text="ISO 4217 code of the prices")
    default_language = models.CharField(max_length=5, default="en")
    languages = ArrayField(models.CharField(max_length=5), size=12)
    time_zone = models.CharField(max_length=40, default="Europe/Copenhagen")
    prices_include_vat = models.BooleanField(default=True)
    sells_to = ArrayField(models.CharField(max_length=2), size=250, help_text="countries delivered to")
    order_prefix = models.CharField(max_length=8, blank=True, default="")
    contact_email = models.EmailField(max_length=200)
    address = models.TextField(max_length=500, blank=True, default="", help_text="as printed on invoices")
    vat_number = models.CharField(max_length=30, blank=True, default="")
    bank_account = models.CharField(max_length=60, blank=True, default="", help_text="for bank transfers")
    theme = models.JSONField(default=dict)
    reservation_minutes = models.PositiveSmallIntegerField(default=30)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            CheckConstraint(condition=Q(country__regex="^[A-Z]{2}$"), name="shop_country_code"),
            CheckConstraint(condition=Q(currency__regex="^[A-Z]{3}$"), name="shop_currency_code"),
            CheckConstraint(condition=Q(slug__regex="^[a-z0-9](-?[a-z0-9])*$"), name="shop_slug"),
            CheckConstraint(condition=Q(state__in=["open", "closed"]), name="shop_state"),
        ]

    def __str__(self) -> str:
        return self.slug


class ShopModel(models.Model):
    """Base of every table whose rows belong to one shop."""

    shop = models.ForeignKey(
        Shop, on_delete=models.PROTECT, db_index=False, related_name="+", default=scoped_shop_id, editable=False
    )

    objects = ShopManager()
    unchecked: ClassVar[models.Manager["ShopModel"]] = models.Manager()  # behind row-level security all the same

    class Meta:
        abstract = True
        base_manager_name = "unchecked"
        default_manager_name = "objects"


class Domain(ShopModel):
    """An exact host at which a shop answers. Unique over all shops, by its nature."""

    host = models.CharField(max_length=253, unique=True)
    is_primary = models.BooleanField(default=False)

    class Meta(ShopModel.Meta):
        abstract = False
        constraints = [
            CheckConstraint(condition=Q(host__regex=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$"), name="domain_host"),
            models.UniqueConstraint(fields=["shop"], condition=Q(is_primary=True), name="domain_one_primary"),
        ]


class UserManager(BaseUserManager["User"]):
    """Finds and makes people."""

    def create_user(self, *, email: str, name: str, password: str | None = None) -> "User":
        """Make a person; without a password they cannot sign in until they set one."""
        user = self.model(email=self.normalize_email(email).lower(), name=name)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get(self, *args: Any, **wanted: Any) -> "User":
        """Return a person, as signing in and sessions want it; the first, should a damaged table have two."""
        found = self.filter(*args, **wanted).order_by("id").first()
        if found is None:
            raise self.model.DoesNotExist
        return found


class User(AbstractBaseUser):
    """A person who may be a member of shops. Global: one login for all shops of a merchant."""

    email = models.EmailField(max_length=200, unique=True)
    name = models.CharField(max_length=100)
    language = models.CharField(max_length=5, default="en")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        constraints = [CheckConstraint(condition=Q(email=models.functions.Lower("email")), name="user_email_lower")]


class Membership(ShopModel):
    """A person's role in a shop."""

    class Role(models.TextChoices):
        """From most to least: owner > manager > clerk > reader."""

        OWNER = "owner"
        MANAGER = "manager"
        CLERK = "clerk"
        READER = "reader"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices)
    created_at = models.DateTimeField(db_default=Now())

    class Meta(ShopModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["shop", "user"], name="membership_once"),
            CheckConstraint(condition=Q(role__in=["owner", "manager", "clerk", "reader"]), name="membership_role"),
        ]


class History(ShopModel):
    """What a guarded row was before and after a change. Written by the trigger alone; the web role can only read it."""

    # Null for tables of the platform itself. No constraint: history outlives what it tells of.
    shop = models.ForeignKey(  # type: ignore[assignment]
        Shop, on_delete=models.DO_NOTHING, null=True, db_index=False, db_constraint=False, related_name="+"
    )
    table_name = models.CharField(max_length=63)
    row_id = models.BigIntegerField()
    operation = models.CharField(max_length=6)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    at = models.DateTimeField(db_default=Now())
    actor = models.CharField(max_length=100)
    db_user = models.CharField(max_length=63)
    request_id = models.CharField(max_length=64)

    class Meta(ShopModel.Meta):
        abstract = False
        indexes = [models.Index(fields=["shop", "table_name", "row_id", "-id"], name="history_row")]


class Change(ShopModel):
    """Which rows of a guarded table a statement touched, written by triggers; polled by every process, kept for hours.

    ``xid`` tells a reader which changes its last look could not see yet, however late they were committed.
    """

    # Null for tables of the platform itself; no constraint, so that noting a change costs little.
    shop = models.ForeignKey(  # type: ignore[assignment]
        Shop, on_delete=models.DO_NOTHING, null=True, db_index=False, db_constraint=False, related_name="+"
    )
    table_name = models.CharField(max_length=63)
    row_ids = ArrayField(models.BigIntegerField())
    at = models.DateTimeField(db_default=Now())

    class Meta(ShopModel.Meta):
        abstract = False
        indexes = [models.Index(fields=["at"], name="change_age")]


class Finding(ShopModel):
    """A row that is not what it must be. One for each such row, while it is so."""

    class State(models.TextChoices):
        """What is done about it."""

        OPEN = "open"
        WAIVED = "waived"
        CLOSED = "closed"

    # Null for tables of the platform itself. No constraint: a finding may tell of a row that names no shop that is.
    shop = models.ForeignKey(  # type: ignore[assignment]
        Shop, on_delete=models.DO_NOTHING, null=True, db_index=False, db_constraint=False, related_name="+"
    )
    table_name = models.CharField(max_length=63)
    row_id = models.BigIntegerField()
    column_name = models.CharField(max_length=63, help_text="the first that is wrong; empty: the row as a whole")
    value = models.CharField(max_length=400)
    rule = models.CharField(max_length=500)
    problems = models.JSONField(help_text="[{column, rule, value}], all that is wrong")
    patch = models.JSONField(null=True, help_text="what is shown instead of some fields; null: the row is left out")
    pages = ArrayField(models.CharField(max_length=200), default=list)
    root_table = models.CharField(max_length=63, help_text="what the row is a part of: the form that mends it")
    root_id = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    found_by = models.CharField(max_length=20, help_text="page, change or scan")
    seen = models.PositiveIntegerField(default=1)
    first_seen_at = models.DateTimeField(db_default=Now())
    last_seen_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=100, blank=True, default="")
    note = models.CharField(max_length=500, blank=True, default="")
    writer = models.CharField(max_length=100, blank=True, default="", help_text="actor of the last change in history")
    writer_db_user = models.CharField(max_length=63, blank=True, default="")
    written_at = models.DateTimeField(null=True)
    request_id = models.CharField(max_length=64, blank=True, default="")

    class Meta(ShopModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["shop", "table_name", "row_id"],
                condition=~Q(state="closed"),
                nulls_distinct=False,
                name="finding_once",
            ),
            CheckConstraint(condition=Q(state__in=["open", "waived", "closed"]), name="finding_state"),
        ]
        indexes = [models.Index(fields=["shop", "state", "-id"], name="finding_of_shop")]


class ScanPlace(models.Model):
    """How far the scanner has come in a table, so that it goes on from there after a restart."""

    table_name = models.CharField(max_length=63, primary_key=True)
    last_id = models.BigIntegerField(default=0)
    rows = models.BigIntegerField(default=0, help_text="judged in the present round")
    round_began_at = models.DateTimeField(null=True)
    round_ended_at = models.DateTimeField(null=True, help_text="of the last whole round")


class ThrottleCounter(models.Model):
    """How often something was tried in a window of time. The key is a hash and carries the shop where there is one."""

    key = models.CharField(max_length=64, primary_key=True)
    count = models.IntegerField()
    window_ends_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["window_ends_at"], name="throttle_expiry")]

"""Stock, what is held of it, and every movement."""

from django.db import models
from django.db.models import CheckConstraint, F, Q
from django.db.models.functions import Now

from eseller.tenancy.models import ShopForeignKey, ShopModel


class StockItem(ShopModel):
    """How many of a variant there are. Available is ``on_hand - reserved``: never negative without back-orders."""

    variant = ShopForeignKey("catalog.Variant", on_delete=models.CASCADE, related_name="stock")
    tracked = models.BooleanField(default=True, help_text="untracked goods never sell out")
    on_hand = models.IntegerField(default=0)
    reserved = models.IntegerField(default=0)
    backorder = models.BooleanField(default=False, help_text="sell beyond the stock")

    class Meta(ShopModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["shop", "variant"], name="stock_once"),
            CheckConstraint(condition=Q(reserved__gte=0), name="stock_reserved"),
            CheckConstraint(
                condition=Q(tracked=False) | Q(backorder=True) | Q(on_hand__gte=F("reserved")),
                name="stock_never_oversold",
            ),
        ]


class Reservation(ShopModel):
    """Stock held for a checkout until ``expires_at``, or for a placed order (``committed``) until it is shipped."""

    class State(models.TextChoices):
        """What became of it."""

        HELD = "held"
        COMMITTED = "committed"
        SHIPPED = "shipped"
        RELEASED = "released"

    key = models.CharField(max_length=64, help_text="the checkout that holds it")
    variant = ShopForeignKey("catalog.Variant", on_delete=models.CASCADE, related_name="+")
    quantity = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.HELD)
    expires_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta(ShopModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["shop", "key", "variant"], name="reservation_once"),
            CheckConstraint(
                condition=Q(state__in=["held", "committed", "shipped", "released"]), name="reservation_state"
            ),
            CheckConstraint(condition=~Q(state="held") | Q(expires_at__isnull=False), name="reservation_held_expires"),
        ]
        indexes = [models.Index(fields=["expires_at"], condition=Q(state="held"), name="reservation_expiry")]


class Movement(ShopModel):
    """A change of ``on_hand``; their sum is the stock."""

    variant = ShopForeignKey("catalog.Variant", on_delete=models.CASCADE, related_name="movements")
    delta = models.IntegerField()
    reason = models.CharField(max_length=20, help_text="count, import, sale, return")
    reference = models.CharField(max_length=64, blank=True, default="")
    actor = models.CharField(max_length=100)
    at = models.DateTimeField(db_default=Now())

    class Meta(ShopModel.Meta):
        abstract = False
        indexes = [models.Index(fields=["shop", "variant", "-id"], name="movement_variant")]

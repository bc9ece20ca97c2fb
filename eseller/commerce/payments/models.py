"""Payments, what providers told us of them, and refunds."""

from django.db import models
from django.db.models import CheckConstraint, F, Q
from django.db.models.functions import Now

from eseller.kernel.ids import new_token
from eseller.tenancy.models import ShopForeignKey, ShopModel


class PaymentMethod(ShopModel):
    """A way to pay that a shop offers. ``names`` and ``instructions`` are ``{language: text}``."""

    code = models.CharField(max_length=40)
    provider = models.CharField(max_length=40, help_text="invoice, bank_transfer, testcard")
    names = models.JSONField()
    instructions = models.JSONField(default=dict)
    active = models.BooleanField(default=True)
    position = models.IntegerField(default=0)

    class Meta(ShopModel.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["shop", "code"], name="payment_method_once")]


class Payment(ShopModel):
    """One attempt to pay one order. authorised ≥ captured ≥ refunded, always."""

    class State(models.TextChoices):
        """Where it is; later states never go back to earlier ones."""

        PENDING = "pending"
        ACTION_REQUIRED = "action_required"
        AUTHORISED = "authorised"
        CAPTURED = "captured"
        DECLINED = "declined"
        VOIDED = "voided"

    order = ShopForeignKey("orders.Order", on_delete=models.PROTECT, related_name="payments")
    token = models.CharField(max_length=64, default=new_token, help_text="in return addresses")
    provider = models.CharField(max_length=40)
    state = models.CharField(max_length=16, choices=State.choices, default=State.PENDING)
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    authorised = models.BigIntegerField(default=0)
    captured = models.BigIntegerField(default=0)
    refunded = models.BigIntegerField(default=0)
    reference = models.CharField(max_length=100, blank=True, default="", help_text="the provider's id")
    failure = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField(db_default=Now())

    class Meta(ShopModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["shop", "token"], name="payment_token_once"),
            models.UniqueConstraint(
                fields=["shop", "order"],
                condition=Q(state__in=["pending", "action_required", "authorised", "captured"]),
                name="payment_one_live",
            ),
            models.UniqueConstraint(
                fields=["shop", "provider", "reference"],
                condition=~Q(reference=""),
                name="payment_reference_once",
            ),
            CheckConstraint(
                condition=Q(
                    amount__gte=F("authorised"),
                    authorised__gte=F("captured"),
                    captured__gte=F("refunded"),
                    refunded__gte=0,
                ),
                name="payment_amounts_in_order",
            ),
            CheckConstraint(
                condition=Q(
                    state__in=["pending", "action_required", "authorised", "captured", "declined", "voided"]
                ),
                name="payment_state",
            ),
        ]
        indexes = [models.Index(fields=["shop", "order"], name="payment_order")]


class PaymentEvent(ShopModel):
    """Something a provider told us; ``event_id`` makes a repeated callback harmless."""

    payment = ShopForeignKey(Payment, on_delete=models.CASCADE, related_name="events")
    event_id = models.CharField(max_length=100)
    kind = models.CharField(max_length=20)
    amount = models.BigIntegerField(default=0)
    at = models.DateTimeField(db_default=Now())

    class Meta(ShopModel.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["shop", "payment", "event_id"], name="payment_event_once")]


class Refund(ShopModel):
    """Money given back, or taken off what was still to be paid."""

    payment = ShopForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    key = models.CharField(max_length=64, help_text="makes refunding twice by a double click harmless")
    amount = models.BigIntegerField()
    off_bill = models.BigIntegerField(db_default=0, help_text="how much of it was not paid, and need not be")
    reason = models.CharField(max_length=200, blank=True, default="")
    actor = models.CharField(max_length=100)
    at = models.DateTimeField(db_default=Now())

    class Meta(ShopModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["shop", "key"], name="refund_once"),
            CheckConstraint(condition=Q(amount__gt=0), name="refund_amount"),
            CheckConstraint(condition=Q(off_bill__gte=0, off_bill__lte=F("amount")), name="refund_off_bill"),
        ]


class TestCardCharge(ShopModel):
    """The test card's own ledger: what a card processor would keep on its side."""

    __test__ = False  # its name begins like a test's

    reference = models.CharField(max_length=64, default=new_token)
    idempotency_key = models.CharField(max_length=64)
    payment_token = models.CharField(max_length=64)
    last4 = models.CharField(max_length=4)
    state = models.CharField(max_length=16)
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    captured = models.BigIntegerField(default=0)
    refunded = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())

    class Meta(ShopModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["shop", "reference"], name="testcard_reference_once"),
            models.UniqueConstraint(fields=["shop", "idempotency_key"], name="testcard_idempotency_once"),
            CheckConstraint(
                condition=Q(amount__gte=F("captured"), captured__gte=F("refunded"), refunded__gte=0),
                name="testcard_amounts_in_order",
            ),
        ]

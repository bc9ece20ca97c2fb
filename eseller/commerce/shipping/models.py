"""How orders reach people and what that costs."""

from django.db import models
from django.db.models import CheckConstraint, Q

from eseller.tenancy.models import ShopForeignKey, ShopModel


class ShippingMethod(ShopModel):
    """A way of delivery. ``names`` is ``{language: text}``."""

    class Basis(models.TextChoices):
        """What the rates are scaled by."""

        WEIGHT = "weight"
        VALUE = "value"

    code = models.CharField(max_length=40)
    names = models.JSONField()
    basis = models.CharField(max_length=10, choices=Basis.choices)
    vat_class = models.CharField(max_length=20, default="standard")
    tracking_url = models.CharField(max_length=200, blank=True, default="", help_text="with {number} in it")
    active = models.BooleanField(default=True)
    position = models.IntegerField(default=0)

    class Meta(ShopModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["shop", "code"], name="shipping_method_once"),
            CheckConstraint(condition=Q(basis__in=["weight", "value"]), name="shipping_method_basis"),
        ]


class ShippingRate(ShopModel):
    """What a method costs in a country from a weight (grams) or goods value (minor units) upwards."""

    method = ShopForeignKey(ShippingMethod, on_delete=models.CASCADE, related_name="rates")
    country = models.CharField(max_length=2)
    currency = models.CharField(max_length=3)
    at_least = models.BigIntegerField(default=0)
    amount = models.BigIntegerField(help_text="entered as the shop's prices are; 0 is free")

    class Meta(ShopModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["shop", "method", "country", "currency", "at_least"], name="shipping_rate_once"
            ),
            CheckConstraint(condition=Q(amount__gte=0, at_least__gte=0), name="shipping_rate_bounds"),
            CheckConstraint(condition=Q(country__regex="^[A-Z]{2}$"), name="shipping_rate_country"),
        ]

"""Carts. Prices and stock are never stored here: they are read anew each time."""

from django.db import models
from django.db.models import CheckConstraint, Q
from django.db.models.functions import Now

from eseller.kernel.ids import new_token
from eseller.tenancy.models import ShopForeignKey, ShopModel

MAX_QUANTITY = 9999
MAX_LINES = 100


class Cart(ShopModel):
    """What a visitor means to buy; found by the hash of a cookie's token."""

    token_hash = models.CharField(max_length=64)
    customer = ShopForeignKey("customers.Customer", on_delete=models.SET_NULL, null=True, related_name="+")
    checkout_key = models.CharField(max_length=64, default=new_token, help_text="makes placing it idempotent")
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta(ShopModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["shop", "token_hash"], name="cart_token_once"),
            models.UniqueConstraint(fields=["shop", "checkout_key"], name="cart_checkout_once"),
            models.UniqueConstraint(
                fields=["shop", "customer"], condition=Q(customer__isnull=False), name="cart_customer_once"
            ),
        ]
        indexes = [models.Index(fields=["updated_at"], name="cart_age")]


class CartLine(ShopModel):
    """A variant in a cart."""

    cart = ShopForeignKey(Cart, on_delete=models.CASCADE, related_name="lines")
    variant = ShopForeignKey("catalog.Variant", on_delete=models.CASCADE, related_name="+")
    quantity = models.PositiveIntegerField()
    added_at = models.DateTimeField(db_default=Now())

    class Meta(ShopModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["shop", "cart", "variant"], name="cart_line_once"),
            CheckConstraint(condition=Q(quantity__gte=1, quantity__lte=MAX_QUANTITY), name="cart_line_quantity"),
        ]

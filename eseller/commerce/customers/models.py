"""Customers of one shop. The same person at two shops is two customers."""

from django.db import models
from django.db.models import CheckConstraint, Q
from django.db.models.functions import Lower, Now

from eseller.tenancy.models import ShopForeignKey, ShopModel


class Customer(ShopModel):
    """Somebody with an account at the shop."""

    email = models.EmailField(max_length=200)
    password = models.CharField(max_length=200, help_text="Argon2 hash")
    name = models.CharField(max_length=100)
    language = models.CharField(max_length=5)
    created_at = models.DateTimeField(db_default=Now())

    class Meta(ShopModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["shop", "email"], name="customer_email_once"),
            CheckConstraint(condition=Q(email=Lower("email")), name="customer_email_lower"),
        ]


class AddressFields(models.Model):
    """The parts of a postal address, used by the address book and copied onto orders."""

    name = models.CharField(max_length=100)
    company = models.CharField(max_length=100, blank=True, default="")
    line1 = models.CharField(max_length=120)
    line2 = models.CharField(max_length=120, blank=True, default="")
    postcode = models.CharField(max_length=16)
    city = models.CharField(max_length=80)
    region = models.CharField(max_length=80, blank=True, default="")
    country = models.CharField(max_length=2)
    phone = models.CharField(max_length=30, blank=True, default="")

    class Meta:
        abstract = True


class Address(ShopModel, AddressFields):
    """An address in a customer's book."""

    customer = ShopForeignKey(Customer, on_delete=models.CASCADE, related_name="addresses")
    is_default = models.BooleanField(default=False)

    class Meta(ShopModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["shop", "customer"], condition=Q(is_default=True), name="address_one_default"
            ),
            CheckConstraint(condition=Q(country__regex="^[A-Z]{2}$"), name="address_country"),
        ]


class CustomerSession(ShopModel):
    """A customer's sign-in on one device; only the token's hash is kept."""

    customer = ShopForeignKey(Customer, on_delete=models.CASCADE, related_name="sessions")
    token_hash = models.CharField(max_length=64)
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta(ShopModel.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["shop", "token_hash"], name="customer_session_once")]
        indexes = [models.Index(fields=["expires_at"], name="customer_session_expiry")]

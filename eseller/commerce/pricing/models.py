"""Prices and VAT rates. Amounts are bigint minor units."""

from django.db import models
from django.db.models import CheckConstraint, F, Q

from eseller.kernel.money import MAX_AMOUNT
from eseller.tenancy.models import ShopForeignKey, ShopModel


class PriceList(ShopModel):
    """The shop's prices in one currency."""

    name = models.CharField(max_length=60)
    currency = models.CharField(max_length=3)

    class Meta(ShopModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["shop", "currency"], name="price_list_currency_once"),
            CheckConstraint(condition=Q(currency__regex="^[A-Z]{3}$"), name="price_list_currency"),
        ]


class Price(ShopModel):
    """What one variant costs on a list; with or without VAT as the shop enters its prices."""

    price_list = ShopForeignKey(PriceList, on_delete=models.CASCADE, related_name="prices")
    variant = ShopForeignKey("catalog.Variant", on_delete=models.CASCADE, related_name="prices")
    amount = models.BigIntegerField()
    compare_at = models.BigIntegerField(null=True, blank=True, help_text="earlier, higher price, shown struck through")

    class Meta(ShopModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["shop", "variant", "price_list"], name="price_once"),
            CheckConstraint(condition=Q(amount__gte=0, amount__lte=MAX_AMOUNT), name="price_amount"),
            CheckConstraint(
                condition=Q(compare_at=None) | Q(compare_at__gt=F("amount"), compare_at__lte=MAX_AMOUNT),
                name="price_compare_at_is_higher",
            ),
        ]


class VatRate(models.Model):
    """A country's VAT for a class of goods, in basis points. Of the platform, not of a shop; shops read it."""

    country = models.CharField(max_length=2)
    vat_class = models.CharField(max_length=20)
    rate_bp = models.PositiveIntegerField(help_text="2500 is 25 %")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["country", "vat_class"], name="vat_rate_once"),
            CheckConstraint(condition=Q(rate_bp__lte=5000), name="vat_rate_bounds"),
            CheckConstraint(condition=Q(country__regex="^[A-Z]{2}$"), name="vat_rate_country"),
        ]


class ExchangeRate(models.Model):
    """What one unit of a currency is in another, in billionths: an integer, since no float touches money."""

    base = models.CharField(max_length=3)
    currency = models.CharField(max_length=3)
    rate_e9 = models.BigIntegerField(help_text="134046000 is 0.134046")
    quoted_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["base", "currency"], name="exchange_rate_once"),
            CheckConstraint(condition=Q(base__regex="^[A-Z]{3}$"), name="exchange_rate_base"),
            CheckConstraint(condition=Q(currency__regex="^[A-Z]{3}$"), name="exchange_rate_currency"),
            CheckConstraint(condition=~Q(base=F("currency")), name="exchange_rate_of_another"),
            CheckConstraint(condition=Q(rate_e9__gte=1, rate_e9__lte=10**18), name="exchange_rate_bounds"),
        ]

"""A row of every shop-owned model, found by introspection, so that a new model is tested without a thought."""

import itertools
import secrets
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from eseller.tenancy.fields import ShopForeignKey
from eseller.tenancy.models import Shop, ShopModel, User
from eseller.tenancy.scope import PLATFORM, platform_transaction
from tests.factories import make_shop, make_user

MARK = "belongs-to-"
_count = itertools.count(1)

# What no rule can guess: columns whose CHECK wants a certain form. Everything else follows from the field's type.
SPECIAL: dict[str, dict[str, Any]] = {
    "tenancy.Domain": {"is_primary": False},
    "catalog.Category": {"parent": None},
    "catalog.Option": {"position": 1},
    "catalog.OptionValue": {"swatch": "#aabbcc"},
    "catalog.Variant": {"ean": "4006381333931", "value1": None, "value2": None, "value3": None},
    "catalog.SearchEntry": {"document": "x"},
    "media.MediaImage": {"state": "ready", "sha256": lambda: secrets.token_hex(32)},
    "pricing.Price": {"amount": 100, "compare_at": 200},
    "inventory.StockItem": {"on_hand": 10, "reserved": 1},
    "inventory.Reservation": {"state": "committed", "quantity": 1, "expires_at": None},
    "payments.Payment": {"amount": 9, "authorised": 9, "captured": 9, "refunded": 9},
    "payments.Refund": {"amount": 9, "off_bill": 3},
    "payments.TestCardCharge": {"amount": 9, "captured": 9, "refunded": 9, "state": "captured"},
    "orders.Order": {"net": 80, "vat": 20, "total": 100, "credited": 10},
    "orders.OrderLine": {"net": 80, "vat": 20, "total": 100, "quantity": 3, "fulfilled": 0, "refunded": 0},
    "orders.Invoice": {
        "net": 80,
        "vat": 20,
        "total": 100,
        "vat_split": [{"rate_bp": 2500, "net": 80, "vat": 20}],
        "imprint": None,
    },
}


def shop_models() -> list[type[ShopModel]]:
    """Return every table that belongs to shops."""
    found = [model for model in apps.get_models() if issubclass(model, ShopModel)]
    assert len(found) > 20, "introspection found too little to prove anything"
    return sorted(found, key=lambda model: model._meta.label)


class Rows:
    """One shop with one row in each of its tables."""

    def __init__(self) -> None:
        """Make the shop, a person and all rows, as the platform role."""
        self.user: User = make_user()
        self.shop: Shop = make_shop(name=f"{MARK}{secrets.token_hex(6)}")
        self.mark = self.shop.name
        self.by_model: dict[Any, Any] = {}
        with platform_transaction(actor="test"):
            for model in shop_models():
                self.row(model)

    def row(self, model: Any) -> Any:
        """Return this shop's row of a model, made with what it refers to when there is none yet."""
        if model not in self.by_model:
            special = SPECIAL.get(model._meta.label, {})
            values = {}
            for field in model._meta.local_fields:
                if field.primary_key or field.name == "shop":
                    continue
                given = special.get(field.name, self)
                if given is not self:
                    values[field.name] = given() if callable(given) else given
                else:
                    values[field.name] = self._value(field)
            row = model(shop_id=self.shop.pk, **values)
            row.save(using=PLATFORM, force_insert=True)
            self.by_model[model] = row
        return self.by_model[model]

    def _value(self, field: Any) -> Any:
        if isinstance(field, ShopForeignKey):
            target = field.remote_field.model
            return None if target is field.model else self.row(target)
        if isinstance(field, models.ForeignKey):
            assert field.remote_field.model is User, f"{field}: tell tests/isolation/rows.py how to fill it"
            return self.user
        return _plain(field, self.mark)


def _plain(field: Any, mark: str) -> Any:
    number = next(_count)
    if field.choices:
        return field.choices[0][0]
    if isinstance(field, ArrayField):
        number_wanted = isinstance(field.base_field, models.IntegerField)
        return [number] if number_wanted else [mark[: field.base_field.max_length]]
    if isinstance(field, models.JSONField):
        return {"en": mark}
    if isinstance(field, SearchVectorField):
        return "x"
    if isinstance(field, models.BooleanField):
        return True
    if isinstance(field, models.DateTimeField):
        from eseller.kernel import clock

        return clock.now()
    if isinstance(field, models.EmailField):
        return f"{mark}-{number}@people.example"
    if isinstance(field, models.IntegerField):
        return number % 1000 + 1
    return _text(field, mark, number)


def _text(field: Any, mark: str, number: int) -> str:
    by_name = {
        "country": "DK",
        "currency": "DKK",
        "language": "en",
        "vat_class": "standard",
        "host": f"{mark}-{number}.localhost",
        "operation": "UPDATE",
        "sha256": secrets.token_hex(32),
        "token_hash": secrets.token_hex(32),
        "password": "!",
        "provider": "invoice",
        "source_url": f"https://pictures.example/{mark}-{number}",
        "tracking_url": f"https://parcels.example/{mark}/{{number}}",
        "last4": str(number % 10_000),
        "kind": "begun",
    }
    text = by_name.get(field.name, f"{mark}-{number}")
    known = isinstance(field, models.CharField | models.TextField)
    assert known, f"{field}: tell tests/isolation/rows.py how to fill it"
    return text[-field.max_length :].lstrip("-") if field.max_length else text

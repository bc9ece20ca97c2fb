"""VAT rates: set by the platform, brought by a release, read by shops."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from django.db import connections, transaction
from django.db.utils import ProgrammingError

from eseller.commerce.catalog.models import Product
from eseller.commerce.pricing.actions.add_missing_rates import add_missing_rates
from eseller.commerce.pricing.actions.set_vat_rate import InvalidVatRate, set_vat_rate
from eseller.commerce.pricing.errors import NoVatRates
from eseller.commerce.pricing.models import VatRate
from eseller.commerce.pricing.queries import vat_classes, vat_rates, vat_rates_for
from eseller.commerce.pricing.release import release_rates
from eseller.tenancy.actions.drafts import countries
from eseller.tenancy.scope import OWNER, PLATFORM, require_scope, shop_transaction
from tests.commerce.catalog.counting import statements


def test_a_rate_is_set_changed_and_read(make_shop: Callable[..., Any]) -> None:
    # Countries that no other test uses: rates belong to all shops.
    assert set_vat_rate(country="QA", vat_class="standard", rate_bp=2000, actor="test")
    assert not set_vat_rate(country="QA", vat_class="standard", rate_bp=2000, actor="test")
    assert set_vat_rate(country="QA", vat_class="standard", rate_bp=2100, actor="test")
    set_vat_rate(country="QA", vat_class="reduced", rate_bp=500, actor="test")
    shop = make_shop(country="QA")
    with shop_transaction(shop.pk), statements() as run:
        assert vat_rates_for("QA", ["standard", "reduced", "books", "exempt"]) == {
            "standard": 2100,
            "reduced": 500,
            "books": 2100,
            "exempt": 0,
        }
    assert len(run) == 1
    with shop_transaction(shop.pk):
        assert vat_rates("QB") == {}
        assert vat_rates_for("QB", ["standard"]) == {"standard": 0}
        assert vat_classes("QA") == {"standard", "reduced", "exempt"}
        assert vat_classes("QB") == {"standard", "exempt"}


def test_nothing_is_sold_from_a_country_without_rates(make_shop: Callable[..., Any]) -> None:
    """It would look like an export, at 0 %."""
    shop = make_shop(country="QD")
    for destination in ("QD", "QA"):
        with shop_transaction(shop.pk), pytest.raises(NoVatRates, match="eseller vat set"):
            vat_rates(destination)


def test_a_release_brings_rates_and_changes_none(db: None) -> None:
    set_vat_rate(country="MT", vat_class="standard", rate_bp=1750, actor="operator")
    add_missing_rates(actor="test")
    assert add_missing_rates(actor="test") == 0
    stored = VatRate.objects.using(PLATFORM).filter(country="MT").values_list("vat_class", "rate_bp")
    assert dict(stored) == release_rates()["MT"] | {"standard": 1750}


def test_the_release_knows_the_countries_it_claims() -> None:
    rates = release_rates()
    union = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
    assert sorted(rates) == sorted([*union.split(), "GB", "NO", "CH"])
    assert rates.keys() <= countries()
    for country, classes in rates.items():
        assert "exempt" not in classes
        least = 1500 if country != "CH" else 800  # the least that the Union allows (2006/112/EC, article 97)
        assert max(classes.values()) == classes["standard"] >= least


@pytest.mark.parametrize(
    ("country", "vat_class", "rate_bp", "field"),
    [
        ("dk", "standard", 1, "country"),
        ("DK", "Standard", 1, "vat_class"),
        ("DK", "exempt", 1, "vat_class"),
        ("DK", "standard", 5001, "rate_bp"),
    ],
)
def test_malformed_rates_are_refused(db: None, country: str, vat_class: str, rate_bp: int, field: str) -> None:
    with pytest.raises(InvalidVatRate) as raised:
        set_vat_rate(country=country, vat_class=vat_class, rate_bp=rate_bp, actor="test")
    assert raised.value.detail["field"] == field


def test_a_shop_cannot_change_rates(shop: Any) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), shop_transaction(shop.pk):
        VatRate.objects.create(country="QC", vat_class="standard", rate_bp=0)


def test_goods_that_came_in_as_not_taxable_become_exempt(make_shop: Callable[..., Any]) -> None:
    move = import_module("eseller.commerce.pricing.migrations.0003_exempt_imports").Migration.operations[0].sql
    with shop_transaction(make_shop().pk, actor="test"):
        pks = [
            Product.objects.create(slug=f"p-{source or 'own'}", vat_class="zero", source=source).pk
            for source in ("shopify", "")
        ]
        shop_id = require_scope()
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        cursor.execute(move)
    with shop_transaction(shop_id):
        assert [Product.objects.get(pk=pk).vat_class for pk in pks] == ["exempt", "zero"]

"""VAT rates: set by the platform, read by shops."""

from typing import Any

import pytest
from django.db.utils import ProgrammingError

from eseller.commerce.pricing.actions.set_vat_rate import InvalidVatRate, set_vat_rate
from eseller.commerce.pricing.models import VatRate
from eseller.commerce.pricing.queries import vat_rate, vat_rates, vat_rates_for
from eseller.tenancy.scope import shop_transaction
from tests.commerce.catalog.counting import statements


def test_a_rate_is_set_changed_and_read(shop: Any) -> None:
    # Countries that no other test uses: rates belong to all shops.
    assert set_vat_rate(country="QA", vat_class="standard", rate_bp=2000, actor="test")
    assert not set_vat_rate(country="QA", vat_class="standard", rate_bp=2000, actor="test")
    assert set_vat_rate(country="QA", vat_class="standard", rate_bp=2100, actor="test")
    set_vat_rate(country="QA", vat_class="reduced", rate_bp=500, actor="test")
    with shop_transaction(shop.pk), statements() as run:
        assert vat_rates_for("QA", ["standard", "reduced", "books"]) == {
            "standard": 2100,
            "reduced": 500,
            "books": 2100,
        }
    assert len(run) == 1
    with shop_transaction(shop.pk):
        assert vat_rate("QA", "reduced") == 500
        assert vat_rates("QB") == {}
        assert vat_rate("QB", "standard") == 0


@pytest.mark.parametrize(
    ("country", "vat_class", "rate_bp", "field"),
    [("dk", "standard", 1, "country"), ("DK", "Standard", 1, "vat_class"), ("DK", "standard", 5001, "rate_bp")],
)
def test_malformed_rates_are_refused(db: None, country: str, vat_class: str, rate_bp: int, field: str) -> None:
    with pytest.raises(InvalidVatRate) as raised:
        set_vat_rate(country=country, vat_class=vat_class, rate_bp=rate_bp, actor="test")
    assert raised.value.detail["field"] == field


def test_a_shop_cannot_change_rates(shop: Any) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), shop_transaction(shop.pk):
        VatRate.objects.create(country="QC", vat_class="standard", rate_bp=0)

"""What ``eseller migrate`` brings besides tables."""

from eseller.commerce.pricing.models import VatRate
from eseller.commerce.pricing.release import release_rates
from eseller.node.migrate import migrate
from eseller.tenancy.scope import PLATFORM


def test_rates_that_are_missing_are_added(db: None) -> None:
    VatRate.objects.using(PLATFORM).filter(country="LU").delete()
    migrate(verbosity=0)
    rates = VatRate.objects.using(PLATFORM).filter(country="LU").values_list("vat_class", "rate_bp")
    assert dict(rates) == release_rates()["LU"]

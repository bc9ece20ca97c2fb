"""The database refuses what the guard would have to hide, as far as one row tells."""

from django.db import migrations

from eseller.tenancy.conditions import like, lines, moments
from eseller.tenancy.operations import CheckTable


class Migration(migrations.Migration):
    # Each check is a step of its own, so that nobody waits for the rows that are looked at.
    atomic = False
    dependencies = [("pricing", "0005_exchange_rates")]
    operations = [
        CheckTable(
            "PriceList",
            lines=lines("name"),
        ),
        CheckTable(
            "VatRate",
            vat_class=like("^[a-z_]{1,20}$", "vat_class"),
        ),
        CheckTable(
            "ExchangeRate",
            moments=moments("quoted_on"),
        ),
    ]

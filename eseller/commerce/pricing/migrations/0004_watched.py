"""Every process hears of changes of what pages show."""

from django.db import migrations

from eseller.tenancy.operations import WatchTable


class Migration(migrations.Migration):
    dependencies = [("pricing", "0003_exempt_imports"), ("tenancy", "0005_change_triggers")]
    operations = [
        WatchTable("PriceList"),
        WatchTable("Price"),
        WatchTable("VatRate"),
    ]

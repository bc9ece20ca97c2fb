"""Every process hears of changes of ways to pay, and of changes of payments that are there."""

from django.db import migrations

from eseller.tenancy.operations import WatchTable


class Migration(migrations.Migration):
    dependencies = [("payments", "0003_off_bill"), ("tenancy", "0005_change_triggers")]
    operations = [
        WatchTable("PaymentMethod"),
        WatchTable("Payment", inserts=False),
        WatchTable("PaymentEvent", inserts=False),
        WatchTable("Refund", inserts=False),
        WatchTable("TestCardCharge", inserts=False),
    ]

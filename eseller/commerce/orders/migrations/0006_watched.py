"""Every process hears of changes of orders; new ones come in all day, and nobody waits for them."""

from django.db import migrations

from eseller.tenancy.operations import WatchTable


class Migration(migrations.Migration):
    dependencies = [("orders", "0005_credited"), ("tenancy", "0005_change_triggers")]
    operations = [
        WatchTable("Order", inserts=False),
        WatchTable("OrderAddress", inserts=False),
        WatchTable("OrderLine", inserts=False),
        WatchTable("OrderVat", inserts=False),
        WatchTable("Fulfilment", inserts=False),
        WatchTable("FulfilmentLine", inserts=False),
        WatchTable("Invoice", inserts=False),
        WatchTable("OrderEvent", inserts=False),
    ]

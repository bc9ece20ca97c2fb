"""Every process hears of changes of what pages show."""

from django.db import migrations

from eseller.tenancy.operations import WatchTable


class Migration(migrations.Migration):
    dependencies = [("cart", "0003_checkout_key"), ("tenancy", "0005_change_triggers")]
    operations = [
        WatchTable("Cart", inserts=False),
        WatchTable("CartLine", inserts=False),
    ]

"""Every process hears of changes of what pages show."""

from django.db import migrations

from eseller.tenancy.operations import WatchTable


class Migration(migrations.Migration):
    dependencies = [("customers", "0002_walls"), ("tenancy", "0005_change_triggers")]
    operations = [
        WatchTable("Customer", inserts=False),
        WatchTable("Address", inserts=False),
        WatchTable("CustomerSession", inserts=False),
    ]

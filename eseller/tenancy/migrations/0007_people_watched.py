"""Every process hears of changes of people and their roles."""

from django.db import migrations

from eseller.tenancy.operations import WatchTable


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0006_scan_places")]
    operations = [
        WatchTable("User"),
        WatchTable("Membership"),
    ]

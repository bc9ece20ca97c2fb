"""Every process hears of changes of what pages show."""

from django.db import migrations

from eseller.tenancy.operations import WatchTable


class Migration(migrations.Migration):
    dependencies = [("catalog", "0003_search"), ("tenancy", "0005_change_triggers")]
    operations = [
        WatchTable("Category"),
        WatchTable("CategoryText"),
        WatchTable("Product"),
        WatchTable("ProductText"),
        WatchTable("ProductCategory"),
        WatchTable("Option"),
        WatchTable("OptionValue"),
        WatchTable("Variant"),
        WatchTable("ProductImage"),
    ]

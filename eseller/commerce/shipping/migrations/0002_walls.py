"""Wall the tables of the package."""

from django.db import migrations

from eseller.tenancy.operations import ProtectTable


class Migration(migrations.Migration):
    dependencies = [
        ("shipping", "0001_initial"),
        ("tenancy", "0003_walls"),
    ]
    operations = [
        ProtectTable("ShippingMethod", history=[]),
        ProtectTable("ShippingRate", history=[]),
    ]

"""Wall the tables of the package."""

from django.db import migrations

from eseller.tenancy.operations import ProtectTable


class Migration(migrations.Migration):
    dependencies = [
        ("cart", "0001_initial"),
        ("tenancy", "0003_walls"),
        ("catalog", "0002_walls"),
        ("customers", "0002_walls"),
    ]
    operations = [
        ProtectTable("Cart"),
        ProtectTable("CartLine"),
    ]

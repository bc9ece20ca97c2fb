"""Wall the tables of the package."""

from django.db import migrations

from eseller.tenancy.operations import ProtectTable


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0001_initial"),
        ("tenancy", "0003_walls"),
        ("orders", "0002_walls"),
    ]
    operations = [
        ProtectTable("PaymentMethod", history=[]),
        ProtectTable("Payment", history=[]),
        ProtectTable("PaymentEvent", web="SELECT, INSERT"),
        ProtectTable("Refund", web="SELECT, INSERT"),
        ProtectTable("TestCardCharge"),
    ]

"""Wall the tables of the package."""

from django.db import migrations

from eseller.tenancy.operations import ProtectTable


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0001_initial"),
        ("tenancy", "0003_walls"),
        ("catalog", "0002_walls"),
        ("customers", "0002_walls"),
    ]
    operations = [
        ProtectTable("NumberSeries"),
        ProtectTable("Order", history=["email", "note", "customer_reference"]),
        ProtectTable("OrderAddress"),
        ProtectTable("OrderLine"),
        ProtectTable("OrderVat", web="SELECT, INSERT"),
        ProtectTable("Fulfilment"),
        ProtectTable("FulfilmentLine"),
        ProtectTable("Invoice", web="SELECT, INSERT"),
        ProtectTable("OrderEvent", web="SELECT, INSERT"),
    ]

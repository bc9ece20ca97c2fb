"""Wall the tables of the package."""

from django.db import migrations

from eseller.tenancy.operations import ProtectTable


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0001_initial"),
        ("tenancy", "0003_walls"),
        ("media", "0002_walls"),
    ]
    operations = [
        ProtectTable("Category", history=[]),
        ProtectTable("CategoryText", history=[]),
        ProtectTable("Product", history=["updated_at"]),
        ProtectTable("ProductText", history=[]),
        ProtectTable("ProductCategory", history=[]),
        ProtectTable("Option", history=[]),
        ProtectTable("OptionValue", history=[]),
        ProtectTable("Variant", history=[]),
        ProtectTable("ProductImage", history=[]),
        ProtectTable("SearchEntry"),
        ProtectTable("SearchWord"),
    ]

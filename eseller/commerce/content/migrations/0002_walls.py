"""Wall the tables of the package."""

from django.db import migrations

from eseller.tenancy.operations import ProtectTable


class Migration(migrations.Migration):
    dependencies = [
        ("content", "0001_initial"),
        ("tenancy", "0003_walls"),
        ("catalog", "0002_walls"),
        ("media", "0002_walls"),
    ]
    operations = [
        ProtectTable("Page", history=["updated_at"]),
        ProtectTable("PageText", history=[]),
        ProtectTable("Home", history=[]),
        ProtectTable("HomeText", history=[]),
        ProtectTable("FeaturedProduct", history=[]),
    ]

"""Wall the tables of the package."""

from django.db import migrations

from eseller.tenancy.operations import ProtectTable


class Migration(migrations.Migration):
    dependencies = [
        ("media", "0001_initial"),
        ("tenancy", "0003_walls"),
    ]
    operations = [
        ProtectTable("MediaImage", history=[]),
    ]

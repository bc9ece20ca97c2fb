"""Wall the tables of the package."""

from django.db import migrations

from eseller.tenancy.operations import ProtectTable, history_trigger


class Migration(migrations.Migration):
    dependencies = [
        ("pricing", "0001_initial"),
        ("tenancy", "0003_walls"),
        ("catalog", "0002_walls"),
    ]
    operations = [
        ProtectTable("PriceList", history=[]),
        ProtectTable("Price", history=[]),
        migrations.RunSQL(
            "GRANT SELECT ON pricing_vatrate TO eseller_web; "
            "GRANT SELECT, INSERT, UPDATE, DELETE ON pricing_vatrate TO eseller_platform",
            "REVOKE ALL ON pricing_vatrate FROM eseller_web, eseller_platform",
        ),
        migrations.RunSQL(history_trigger("pricing_vatrate", []), "DROP TRIGGER history ON pricing_vatrate"),
    ]

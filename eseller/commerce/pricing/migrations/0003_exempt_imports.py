"""Goods that an import brought as not taxable become exempt; their class ``zero`` was taxed like any other."""

from django.db import migrations

# As the platform role, since the owner is bound by row-level security as well.
MOVE = """
SET LOCAL ROLE eseller_platform;
UPDATE catalog_product SET vat_class = '{after}' WHERE vat_class = '{before}' AND source = 'shopify';
RESET ROLE;
"""


class Migration(migrations.Migration):
    dependencies = [("pricing", "0002_walls"), ("catalog", "0003_search")]
    operations = [
        migrations.RunSQL(
            MOVE.format(before="zero", after="exempt"), MOVE.format(before="exempt", after="zero")
        ),
    ]

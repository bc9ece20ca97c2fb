"""The database refuses what the guard would have to hide, as far as one row tells."""

from django.db import migrations

from eseller.tenancy.conditions import amounts, like, lines, translations
from eseller.tenancy.operations import CheckTable


class Migration(migrations.Migration):
    # Each check is a step of its own, so that nobody waits for the rows that are looked at.
    atomic = False
    dependencies = [("shipping", "0003_watched")]
    operations = [
        CheckTable(
            "ShippingMethod",
            code=like("^[a-z0-9][a-z0-9_-]{0,39}$", "code"),
            names=translations("names") + " AND names <> '{}'",
            vat_class=like("^[a-z_]{1,20}$", "vat_class"),
            lines=lines("tracking_url"),
            address=like("^(https?://.*)?$", "tracking_url"),
        ),
        CheckTable(
            "ShippingRate",
            currency=like("^[A-Z]{3}$", "currency"),
            amounts=amounts("amount", "at_least"),
        ),
    ]

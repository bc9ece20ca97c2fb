"""The database refuses what the guard would have to hide, as far as one row tells."""

from django.db import migrations

from eseller.tenancy.conditions import like, moments
from eseller.tenancy.operations import CheckTable


class Migration(migrations.Migration):
    # Each check is a step of its own, so that nobody waits for the rows that are looked at.
    atomic = False
    dependencies = [("cart", "0004_watched")]
    operations = [
        CheckTable(
            "Cart",
            token=like("^[0-9a-f]{64}$", "token_hash"),
            key=like("^[A-Za-z0-9_.:=+/-]{1,128}$", "checkout_key"),
            moments=moments("created_at", "updated_at"),
        ),
        CheckTable(
            "CartLine",
            moments=moments("added_at"),
        ),
    ]

"""The database refuses what the guard would have to hide, as far as one row tells."""

from django.db import migrations

from eseller.tenancy.conditions import between, like, moments
from eseller.tenancy.operations import CheckTable


class Migration(migrations.Migration):
    # Each check is a step of its own, so that nobody waits for the rows that are looked at.
    atomic = False
    dependencies = [("inventory", "0003_watched")]
    operations = [
        CheckTable(
            "StockItem",
            pieces=between(-1_000_000_000, 1_000_000_000, "on_hand"),
        ),
        CheckTable(
            "Reservation",
            key=like("^[A-Za-z0-9_.:=+/-]{1,128}$", "key"),
            pieces=between(0, 1_000_000_000, "quantity"),
            moments=moments("expires_at", "created_at"),
        ),
    ]

"""The database refuses what the guard would have to hide, as far as one row tells."""

from django.db import migrations

from eseller.tenancy.conditions import between, like, lines, moments
from eseller.tenancy.operations import CheckTable


class Migration(migrations.Migration):
    # Each check is a step of its own, so that nobody waits for the rows that are looked at.
    atomic = False
    dependencies = [("media", "0003_watched")]
    operations = [
        CheckTable(
            "MediaImage",
            lines=lines("failure", "source_url"),
            address=like("^(https?://.*)?$", "source_url"),
            size=between(1, 50_000, "width", "height"),
            moments=moments("created_at"),
        ),
    ]

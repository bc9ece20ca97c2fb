"""The database refuses what the guard would have to hide, as far as one row tells."""

from django.db import migrations

from eseller.tenancy.conditions import like, lines, moments, words
from eseller.tenancy.operations import CheckTable


class Migration(migrations.Migration):
    # Each check is a step of its own, so that nobody waits for the rows that are looked at.
    atomic = False
    dependencies = [("customers", "0003_watched")]
    operations = [
        CheckTable(
            "Customer",
            words=words("name"),
            email=like(r"^[^\s@]+@[^\s@]+$", "email"),
            password=like(r"^(!|[a-z0-9_]+\$)[!-~]*$", "password"),
            language=like("^[a-z]{2}(-[A-Z]{2})?$", "language"),
            moments=moments("created_at"),
        ),
        CheckTable(
            "Address",
            words=words("name", "line1", "postcode", "city"),
            lines=lines("company", "line2", "region", "phone"),
        ),
        CheckTable(
            "CustomerSession",
            token=like("^[0-9a-f]{64}$", "token_hash"),
            moments=moments("expires_at", "created_at"),
        ),
    ]

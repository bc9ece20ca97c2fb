"""The database refuses what the guard would have to hide, as far as one row tells."""

from django.db import migrations

from eseller.tenancy.conditions import blocks, lines, moments, words
from eseller.tenancy.operations import CheckTable


class Migration(migrations.Migration):
    # Each check is a step of its own, so that nobody waits for the rows that are looked at.
    atomic = False
    dependencies = [("content", "0003_watched")]
    operations = [
        CheckTable(
            "Page",
            moments=moments("updated_at"),
        ),
        CheckTable(
            "PageText",
            words=words("title"),
            blocks=blocks(100_000, "body"),
        ),
        CheckTable(
            "HomeText",
            lines=lines("tagline", "hero_title"),
            blocks=blocks(1000, "hero_text"),
        ),
    ]

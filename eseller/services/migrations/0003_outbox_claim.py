"""Whoever sends a message claims it for a while."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("services", "0002_walls_and_jobs")]
    operations = [
        migrations.AddField(
            "outboxmessage",
            "claimed_until",
            models.DateTimeField(null=True, help_text="who sends it has until then"),
        ),
    ]

"""What was not sent is found without a look at all that was."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("services", "0003_outbox_claim")]
    operations = [
        migrations.AddIndex(
            "outboxmessage",
            models.Index(
                condition=models.Q(("state", "sent"), _negated=True), fields=["shop", "id"], name="outbox_unsent"
            ),
        ),
    ]

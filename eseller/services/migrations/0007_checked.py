"""The database refuses what the guard would have to hide, as far as one row tells."""

from django.db import migrations

from eseller.tenancy.conditions import blocks, like, lines, moments, objects, words
from eseller.tenancy.operations import CheckTable


class Migration(migrations.Migration):
    # Each check is a step of its own, so that nobody waits for the rows that are looked at.
    atomic = False
    dependencies = [("services", "0006_mail_texts")]
    operations = [
        CheckTable(
            "MailText",
            lines=lines("body") + " AND body <> ''",
        ),
        CheckTable(
            "OutboxMessage",
            lines=words("key"),
            blocks=blocks(300, "last_error"),
            kind=like("^[a-z_]+$", "kind"),
            recipient=like(r"^[^\s@]+@[^\s@]+$", "recipient"),
            language=like("^[a-z]{2}(-[A-Z]{2})?$", "language"),
            payload=objects("payload"),
            moments=moments("created_at", "sent_at", "claimed_until"),
        ),
    ]

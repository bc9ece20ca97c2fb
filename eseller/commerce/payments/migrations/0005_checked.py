"""The database refuses what the guard would have to hide, as far as one row tells."""

from django.db import migrations

from eseller.tenancy.conditions import amounts, like, lines, moments, translations, words
from eseller.tenancy.operations import CheckTable


class Migration(migrations.Migration):
    # Each check is a step of its own, so that nobody waits for the rows that are looked at.
    atomic = False
    dependencies = [("payments", "0004_watched")]
    operations = [
        CheckTable(
            "PaymentMethod",
            code=like("^[a-z0-9][a-z0-9_-]{0,39}$", "code"),
            provider=like("^(invoice|bank_transfer|testcard)$", "provider"),
            names=translations("names") + " AND names <> '{}'",
            instructions=translations("instructions"),
        ),
        CheckTable(
            "Payment",
            token=like("^[A-Za-z0-9_.:=+/-]{1,128}$", "token"),
            provider=like("^(invoice|bank_transfer|testcard)$", "provider"),
            currency=like("^[A-Z]{3}$", "currency"),
            amounts=amounts("amount"),
            lines=lines("reference", "failure"),
            moments=moments("created_at"),
        ),
        CheckTable(
            "PaymentEvent",
            words=words("event_id", "kind"),
            amounts=amounts("amount"),
            moments=moments("at"),
        ),
        CheckTable(
            "Refund",
            words=words("key"),
            lines=lines("reason", "actor"),
            amounts=amounts("amount"),
            moments=moments("at"),
        ),
        CheckTable(
            "TestCardCharge",
            tokens=like("^[A-Za-z0-9_.:=+/-]{1,128}$", "reference", "idempotency_key", "payment_token"),
            last4=like("^[0-9]{0,4}$", "last4"),
            state=like("^(pending|action_required|authorised|captured|declined|insufficient|voided)$", "state"),
            currency=like("^[A-Z]{3}$", "currency"),
            amounts=amounts("amount"),
            moments=moments("created_at"),
        ),
    ]

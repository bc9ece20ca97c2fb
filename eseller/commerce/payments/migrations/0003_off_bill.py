"""A refund may be taken off what was not paid yet."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("payments", "0002_walls")]
    operations = [
        migrations.AddField(
            "refund",
            "off_bill",
            models.BigIntegerField(db_default=0, help_text="how much of it was not paid, and need not be"),
        ),
        migrations.AddConstraint(
            "refund",
            models.CheckConstraint(condition=Q(off_bill__gte=0, off_bill__lte=F("amount")), name="refund_off_bill"),
        ),
    ]

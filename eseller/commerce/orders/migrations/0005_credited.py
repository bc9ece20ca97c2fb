"""What a credit note takes off an invoice that is not paid yet."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("orders", "0004_form_digest")]
    operations = [
        migrations.AddField(
            "order",
            "credited",
            models.BigIntegerField(db_default=0, help_text="taken off what is to be paid; nothing was given back"),
        ),
        migrations.AddConstraint(
            "order",
            models.CheckConstraint(condition=Q(credited__gte=0, credited__lte=F("total")), name="order_credited"),
        ),
    ]

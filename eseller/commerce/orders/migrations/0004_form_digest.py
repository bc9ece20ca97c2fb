"""An order knows, by a keyed digest, what the shopper sent. History leaves it out like the data itself."""

from django.db import migrations, models

from eseller.tenancy.operations import history_trigger

_DROP = "DROP TRIGGER history ON orders_order"
_BEFORE = ["email", "note", "customer_reference"]


class Migration(migrations.Migration):
    dependencies = [("orders", "0003_from_cart")]
    operations = [
        migrations.AddField(
            "order",
            "form_digest",
            models.CharField(max_length=64, db_default="", help_text="of what the shopper sent, keyed"),
        ),
        migrations.RunSQL(
            [_DROP, *history_trigger("orders_order", [*_BEFORE, "form_digest"])],
            [_DROP, *history_trigger("orders_order", _BEFORE)],
        ),
    ]
